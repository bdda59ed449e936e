/** The planner's tools in the coverage panel: sliders, bands, A against B, one more base, files. */

import type { App } from "./app";
import { lightUp } from "./best-mark";
import { comparisonBlock } from "./comparison-block";
import { Conditions } from "./conditions";
import { errorBox } from "./coverage-panel";
import { type Attrs, button, type Child, fill, h, text } from "./dom";
import { asFailure } from "./fetchers";
import { decimal, integer, percent } from "./format";
import type { Word } from "./i18n";
import { Planner, saveAs } from "./planner";
import { COVERAGE_DEFAULT, type CoverageState } from "./state";

const FORMS = ["geojson", "gpkg", "csv", "html"] as const;

type Slider = { key: string; word: Word; low: number; high: number; step: number; unit: string };

const SLIDERS: readonly Slider[] = [
  { key: "prep", word: "prep", low: 0, high: 40, step: 1, unit: "minute" },
  { key: "speed", word: "speed", low: 120, high: 320, step: 5, unit: "km/h" },
  { key: "wind", word: "wind", low: 0, high: 25, step: 1, unit: "m/s" },
  { key: "from", word: "windFrom", low: 0, high: 350, step: 10, unit: "°" },
];

export class PlannerPanel {
  readonly element = h("section", { class: "planner", "data-testid": "planner" });
  readonly #app: App;
  readonly #planner: Planner;
  readonly #conditions: Conditions;
  readonly #sliders = new Map<string, { input: HTMLInputElement; value: HTMLElement }>();
  #trial = h("div", { "aria-live": "polite" });
  #bands = h("div");
  #forget = h("button");
  #tick = h("input", { type: "checkbox" });
  #best: HTMLElement | null = null;

  constructor(app: App, planner: Planner = new Planner(app)) {
    this.#app = app;
    this.#planner = planner;
    this.#conditions = new Conditions(app);
    planner.trial.subscribe(() => this.#drawTrial());
    app.bestLit.subscribe((lit) => {
      for (const one of [this.#best, document.querySelector(".best-mark")]) one?.classList.toggle("lit", lit);
    });
    app.coverage.subscribe(() => this.#update());
    app.store.subscribe((state, before) => {
      if (state.coverage !== before.coverage) this.#update();
    });
    this.build();
  }

  build(): void {
    const { say } = this.#app;
    this.#sliders.clear();
    this.#trial = h("div", { "aria-live": "polite" });
    this.#bands = h("div", { class: "bands" });
    this.#tick = h("input", { type: "checkbox", "data-testid": "plan-bands" });
    this.#tick.addEventListener("change", () => this.#set({ bands: this.#tick.checked }));
    this.#forget = button(
      { class: "tool", "data-testid": "plan-forget" },
      () => this.#planner.keep(false),
      say("forgetA"),
    );
    const tools = h(
      "div",
      { class: "tools" },
      button(
        { class: "tool", "data-testid": "plan-more" },
        () => void this.#planner.oneMore(),
        say("oneMore"),
      ),
      button({ class: "tool", "data-testid": "plan-keep" }, () => this.#planner.keep(true), say("keepA")),
      this.#forget,
      button({ class: "tool", "data-testid": "plan-reset" }, () => this.#reset(), say("planReset")),
    );
    const files = h(
      "div",
      { class: "tools files" },
      h("span", { class: "name" }, say("saveFile")),
      ...FORMS.map((form) =>
        button(
          { class: "tool", "data-testid": `plan-file-${form}` },
          () => void saveAs(form, this.#planner.request()).catch((error) => this.#failed(error)),
          form === "html" ? say("reportA4") : form.toUpperCase(),
        ),
      ),
    );
    fill(
      this.element,
      h("h2", {}, say("planner")),
      h("p", { class: "hint" }, say("dragHint")),
      ...SLIDERS.map((one) => this.#slider(one)),
      this.#conditions.element,
      tools,
      this.#trial,
      h("label", { class: "tick" }, this.#tick, say("bands")),
      this.#bands,
      files,
    );
    this.#conditions.build();
    this.#update();
    this.#drawTrial();
  }

  #failed(error: unknown): void {
    const failure = asFailure(error);
    fill(this.#trial, errorBox(failure.words(this.#app.lang), failure.problem.code, this.#app.say("code")));
  }

  #set(change: Partial<CoverageState>): void {
    const { store } = this.#app;
    store.set({ coverage: { ...store.state.coverage, ...change } });
  }

  #reset(): void {
    const { on, bases, resp, radius, bands } = this.#app.store.state.coverage;
    this.#set({ ...COVERAGE_DEFAULT, on, bases, resp, radius, bands });
    this.#planner.keep(false);
  }

  #slider({ key, word, low, high, step, unit }: Slider): HTMLElement {
    const { say } = this.#app;
    const input = h("input", { type: "range", min: low, max: high, step, "data-testid": `plan-${key}` });
    const value = h("output", { class: "figure" });
    input.addEventListener("input", () => this.#slid(key, Number(input.value)));
    this.#sliders.set(key, { input, value });
    const label = h("span", { class: "name" }, say(word));
    return h(
      "label",
      { class: "slider" },
      label,
      input,
      value,
      h("span", { class: "unit" }, unit === "minute" ? say("minute") : unit),
    );
  }

  #slid(key: string, value: number): void {
    const { wind } = this.#app.store.state.coverage;
    if (key === "prep" || key === "speed") this.#set({ [key]: value });
    else if (key === "wind")
      this.#set({ rose: [], wind: value === 0 ? null : { speed: value, from: wind?.from ?? 0 } });
    else this.#set({ rose: [], wind: { speed: wind?.speed ?? 5, from: value } });
  }

  #update(): void {
    const { store, coverage, lang, say } = this.#app;
    const { prep, speed, wind, bands } = store.state.coverage;
    const first = coverage.value.data?.rule;
    const shown: Record<string, [value: number | null, otherwise: number]> = {
      prep: [prep, first?.preparation_min ?? 15],
      speed: [speed, first?.cruise_kmh ?? 200],
      wind: [wind?.speed ?? 0, 0],
      from: [wind?.from ?? null, 0],
    };
    for (const [key, { input, value }] of this.#sliders) {
      const [own, otherwise] = shown[key] ?? [null, 0];
      if (document.activeElement !== input) input.value = String(own ?? otherwise);
      text(value, own === null ? (key === "from" ? "—" : say("ownValue")) : decimal(own, lang, 0));
    }
    this.#conditions.update();
    this.#tick.checked = bands;
    const rows = (bands && coverage.value.data?.bands) || [];
    fill(
      this.#bands,
      ...rows.map((one) =>
        h(
          "div",
          { class: "row figure-row", "data-testid": "band-row" },
          h("span", { class: "name" }, `≤ ${decimal(one.within_min, lang, 0)} ${say("minute")}`),
          h("span", { class: "parts" }, `${say("covLand")} ${percent(one.covered_share, lang)}`),
          h("span", { class: "figure strong" }, percent(one.covered_people_share, lang)),
        ),
      ),
    );
  }

  /** The box of the proposed base, lit while it or its mark on the map is pointed at. */
  #lit(attrs: Attrs, ...children: Child[]): HTMLElement {
    this.#best = h("div", attrs, ...children);
    lightUp(this.#app, this.#best);
    return this.#best;
  }

  #drawTrial(): void {
    const { say, lang } = this.#app;
    const { job, comparison, a, error, stale } = this.#planner.trial.value;
    this.#forget.hidden = a === null;
    const parts: HTMLElement[] = [];
    if (error) parts.push(errorBox(error.words(lang), error.problem.code, say("code")));
    const best = job?.result?.sites[0];
    if (job && (job.state === "waiting" || job.state === "running")) {
      const stop = button({ class: "link" }, () => void this.#planner.stop(), say("stop"));
      parts.push(h("p", { class: "hint", "data-testid": "plan-running" }, say("searching"), " ", stop));
    } else if (job?.error) {
      parts.push(
        errorBox((lang === "en" ? job.error.detail_en : job.error.detail) ?? "", job.error.code, say("code")),
      );
    } else if (job?.result && best) {
      const { covered_share_before, covered_share_after, gap } = job.result;
      const words = say("bestSite", {
        place: `${best.lat.toFixed(3)}, ${best.lon.toFixed(3)}`,
        people: integer(best.adds, lang),
        before: percent(covered_share_before, lang),
        after: percent(covered_share_after, lang),
      });
      const proof = gap <= 1e-6 ? say("proven") : say("gapLeft", { gap: percent(gap, lang) });
      const show = () => this.#app.view?.fly(best.lon, best.lat);
      const head = button(
        { class: "link best-show", "data-testid": "plan-best-show", title: say("bestShow") },
        show,
        h("span", { class: "best-number", "aria-hidden": "true" }, "1"),
        h("span", {}, words),
      );
      parts.push(
        this.#lit(
          { class: "best", "data-testid": "plan-best" },
          head,
          h("p", { class: "hint" }, proof),
          button(
            { class: "tool", "data-testid": "plan-add" },
            () => {
              this.#planner.add(best.lon, best.lat);
              this.#app.view?.fly(best.lon, best.lat);
            },
            say("addBase"),
          ),
        ),
      );
    }
    if (a && comparison) parts.push(comparisonBlock(comparison, stale, this.#app));
    fill(this.#trial, ...parts);
  }
}
