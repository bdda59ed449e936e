/** The right side for planners: which bases count, with what settings, what they reach, and where the gaps are. */

import type { App } from "./app";
import { ArrivalBlock } from "./arrival";
import { CoverageForm } from "./coverage-form";
import { bindingWords, ruleSum } from "./coverage-words";
import { button, fill, h } from "./dom";
import { decimal, integer, minutesSum, percent, say } from "./format";
import type { Base, Coverage, Gap } from "./types";

export class CoveragePanel {
  readonly element = h("div", { class: "coverage-panel", "data-testid": "coverage-panel" });
  readonly #app: App;
  #form: CoverageForm | null = null;
  readonly #planner: HTMLElement;
  readonly #arrival: ArrivalBlock;
  readonly #rebuild: () => void;
  #result = h("div", { class: "result", "aria-live": "polite" });
  #bases = h("div");
  #gaps = h("div");
  #drawn: Coverage | null = null;

  /** `planner` is shown below the settings, `rebuild` builds it anew in another language. */
  constructor(app: App, planner: HTMLElement, rebuild: () => void) {
    this.#app = app;
    this.#planner = planner;
    this.#rebuild = rebuild;
    this.#arrival = new ArrivalBlock(app);
    app.coverage.subscribe(() => this.#update());
    app.bases.subscribe(() => this.#update());
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang) this.build();
      else if (state.coverage !== before.coverage) this.#update();
    });
    this.build();
  }

  build(): void {
    const { say: t } = this.#app;
    this.#form = new CoverageForm(this.#app);
    this.#result = h("div", { class: "result", "aria-live": "polite" });
    this.#bases = h("div");
    this.#gaps = h("div");
    this.#drawn = null;
    this.#rebuild();
    fill(
      this.element,
      h("h1", {}, t("coverage")),
      this.#form.element,
      this.#result,
      this.#arrival.element,
      this.#planner,
      this.#bases,
      this.#gaps,
    );
    this.#update();
  }

  #update(): void {
    const { coverage, say: t, lang } = this.#app;
    const { data, loading, error } = coverage.value;
    this.#form?.update();
    this.element.classList.toggle("stale", loading);
    if (data) fill(this.#result, ...this.#figures(data));
    else if (error) fill(this.#result, errorBox(error.words(lang), error.problem.code, t("code")));
    else fill(this.#result, loading ? h("p", { class: "hint" }, t("computing")) : null);
    this.#drawBases(data);
    if (data === this.#drawn && data !== null) return;
    this.#drawn = data;
    fill(this.#gaps, ...(data ? this.#drawGaps(data) : []));
  }

  #figures(data: Coverage): HTMLElement[] {
    const { say: t, lang } = this.#app;
    const sum = ruleSum(data.rule, lang);
    const line = (name: string, share: number | null, parts: string) =>
      h(
        "div",
        { class: "row figure-row" },
        h("span", { class: "name" }, name),
        h("span", { class: "parts" }, parts),
        h("span", { class: "figure strong" }, percent(share, lang)),
      );
    const shown = [
      h("p", { class: "rule" }, h("strong", {}, sum), " · ", bindingWords(data.rule, t, lang)),
      line(
        t("covLand"),
        data.covered_share,
        `${integer(data.covered_km2, lang)} / ${integer(data.land_km2, lang)} km²`,
      ),
      line(
        t("covPeople"),
        data.covered_people_share,
        `${integer(data.covered_people, lang)} / ${integer(data.people, lang)}`,
      ),
      line(t("covTwice"), data.twice_covered_people_share, ""),
    ];
    const { hospital, rose } = data;
    if (hospital) {
      const words = t("inHospital", {
        n: decimal(hospital.within_min, lang, 0),
        hospitals: hospital.hospitals,
      });
      const land = `${t("covLand")} ${percent(hospital.covered_share, lang)}`;
      shown.push(line(words, hospital.covered_people_share, land));
    }
    if (rose) {
      const land = `${t("covLand")} ${percent(rose.expected_share, lang)}`;
      shown.push(line(t("expected"), rose.expected_people_share, land));
      for (const one of rose.winds) {
        const values = { speed: one.speed_mps, from: one.from_deg, share: percent(one.share, lang) };
        shown.push(line(t("inWind", values), one.covered_people_share, ""));
      }
    }
    for (const one of data.warnings ?? []) shown.push(h("p", { class: "hint warn" }, say(one, lang)));
    return shown;
  }

  #drawBases(data: Coverage | null): void {
    const { bases, say: t, lang } = this.#app;
    const rows = bases.value.data?.bases ?? [];
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.base : undefined;
    const head = h(
      "div",
      { class: "block-head" },
      h("h2", {}, t("bases")),
      h("span", { class: "col-head" }, t("lossHead")),
    );
    const failure = bases.value.error;
    const list = h("div", { "data-list": "bases" }, ...rows.map((one) => this.#base(one, data)));
    const empty = bases.value.data && rows.length === 0 && h("p", { class: "hint" }, t("noBases"));
    const refused =
      failure && !failure.offline && errorBox(failure.words(lang), failure.problem.code, t("code"));
    const none =
      this.#app.store.state.coverage.bases?.length === 0 && h("p", { class: "hint warn" }, t("pickBase"));
    fill(this.#bases, head, list, empty, refused, none);
    if (focused) this.#bases.querySelector<HTMLElement>(`[data-base="${CSS.escape(focused)}"]`)?.focus();
  }

  #base(base: Base, data: Coverage | null): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const chosen = store.state.coverage.bases;
    const isOn = (one: Base) => (chosen ? chosen.includes(one.id) : one.status !== "off");
    const box = h("input", { type: "checkbox", "data-row": "", "data-base": base.id });
    box.checked = isOn(base);
    box.addEventListener("change", () => {
      const all = this.#app.bases.value.data?.bases ?? [];
      const ids = all.filter((one) => (one.id === base.id ? box.checked : isOn(one))).map((one) => one.id);
      store.set({ coverage: { ...store.state.coverage, bases: ids } });
    });
    const result = data?.bases.find((one) => one.id === base.id);
    const facts = [
      base.is_main ? t("main") : null,
      result ? `${decimal(result.reach_km, lang, 1)} km` : null,
      result ? `${t("prep")} ${decimal(result.preparation_min, lang, 1)} ${t("minute")}` : null,
      result ? `${decimal(result.cruise_kmh, lang, 0)} km/h` : null,
    ];
    const name = (lang === "en" && base.name_en) || base.name;
    return h(
      "label",
      { class: "row two", "data-testid": "base-row", "data-key": base.id },
      box,
      h("span", { class: "name" }, name, h("span", { class: "sub" }, facts.filter(Boolean).join(" · "))),
      h("span", { class: "figure" }, result ? percent(result.without_covered_people_share, lang) : ""),
    );
  }

  #drawGaps(data: Coverage): HTMLElement[] {
    const { say: t, lang } = this.#app;
    const total = data.gaps.reduce((sum, one) => sum + (one.uncovered_people ?? 0), 0);
    const words = t("gapsCount", { n: data.gaps.length, people: integer(total, lang) });
    const head = h(
      "div",
      { class: "block-head" },
      h("h2", {}, t("gaps")),
      h("span", { class: "col-head" }, words),
    );
    if (data.gaps.length === 0) return [head, h("p", { class: "hint" }, t("noGaps"))];
    const list = h("div", { "data-list": "gaps", "data-follow": "" });
    for (const one of data.gaps) list.append(this.#gap(one));
    return [head, list, this.#sources(data)];
  }

  #gap(gap: Gap): HTMLElement {
    const { say: t, lang } = this.#app;
    const [lon, lat] = gap.worst_point;
    const go = () => {
      this.#app.store.set({ pin: [lon, lat], item: null, panel: "coverage" });
      this.#app.view?.fly(lon, lat, 8.5);
    };
    const sum =
      gap.worst_minutes === null ? "—" : minutesSum(gap.worst_preparation_min, gap.worst_minutes, lang);
    const far = `${decimal(gap.worst_km, lang, 0)} km`;
    const place = lang === "zh" ? [gap.city, gap.name].filter(Boolean).join(" ") : (gap.name_en ?? gap.name);
    const lost = t("gapPeople", {
      people: integer(gap.uncovered_people, lang),
      share: percent(gap.uncovered_share, lang),
    });
    return button(
      { class: "row gap", "data-testid": "gap-row", "data-code": gap.code, "data-row": "" },
      go,
      h("span", { class: "name" }, place),
      h("span", { class: "late" }, sum),
      h("span", { class: "sub" }, lost),
      h("span", { class: "sub from" }, h("span", {}, gap.nearest_base_name), h("span", {}, far)),
    );
  }

  #sources(data: Coverage): HTMLElement {
    const { say: t, lang } = this.#app;
    const parts = data.sources.map((one) => [one.name, one.date].filter(Boolean).join(" "));
    const bound = data.error_bound?.area_relative;
    const error = bound === undefined ? "" : ` ${t("errorBound")} ${percent(bound, lang)}。`;
    const made = data.sources.some((one) => one.generated) ? ` ${t("generated")}。` : "";
    const text = `${t("source")}：${[...new Set(parts)].filter(Boolean).join("；")}。${error}${made} ${say(data.method, lang)}`;
    return h("p", { class: "hint source" }, text);
  }
}

/** What went wrong and its code. */
export function errorBox(words: string, code: string, label: string): HTMLElement {
  return h(
    "div",
    { class: "error", role: "alert", "data-testid": "error" },
    h("p", {}, words),
    h("p", { class: "sub" }, `${label} ${code}`),
  );
}
