/** Grades at large: the figures of the plan, the list of zones with its files, a past day, the last change. */

import { api } from "./api";
import type { App } from "./app";
import { errorBox } from "./coverage-panel";
import { withWords } from "./date-words";
import { button, fill, h } from "./dom";
import { asFailure } from "./fetchers";
import { integer, NONE, percent, say } from "./format";
import { gradeMark } from "./grade-mark";
import { changesSection } from "./risk-changes";
import type { Kpi, KpiList, ZoneList, ZoneRow } from "./risk-types";
import { layersOn } from "./style";
import type { LayerInfo } from "./types";

const FORMS = ["csv", "xlsx"] as const;

export class RiskPanel {
  readonly element = h("div", { class: "risk-panel", "data-testid": "risk-panel" });
  readonly #app: App;
  readonly #figures = h("section");
  readonly #zones = h("section");
  readonly #history = h("section");
  #drawing = 0;
  #layer: string | null = null;

  constructor(app: App) {
    this.#app = app;
    this.element.append(this.#history, this.#figures, this.#zones);
    app.catalogue.subscribe(() => this.#draw());
    app.store.subscribe((state, before) => {
      const keys = ["panel", "lang", "theme", "at", "since", "parts"] as const;
      if (keys.some((key) => state[key] !== before[key])) this.#draw();
    });
    this.#draw();
  }

  get #kinds(): LayerInfo[] {
    return this.#app.catalogue.value?.layers.filter((one) => one.zones && one.status === "loaded") ?? [];
  }

  #draw(): void {
    if (this.#app.store.state.panel !== "risk" || !this.#app.catalogue.value) return;
    this.#drawHistory();
    void this.#drawFigures();
    void this.#drawZones();
  }

  #drawHistory(): void {
    const { say: t, store, lang } = this.#app;
    const { at, since } = store.state;
    const day = (value: string | null, id: string, label: string, set: (day: string | null) => void) => {
      const input = h("input", { type: "date", value: value ?? "", "data-testid": id, "aria-label": label });
      input.addEventListener("change", () => set(input.value || null));
      return h("label", { class: "row" }, h("span", { class: "name" }, label), withWords(input, lang));
    };
    const now = button({ class: "link", "data-testid": "at-now" }, () => store.set({ at: null }), t("atNow"));
    fill(
      this.#history,
      h("h1", {}, t("risk")),
      day(at, "at-day", t("atDay"), (one) => store.set({ at: one })),
      day(since, "since-day", t("sinceDay"), (one) => store.set({ since: one })),
      at && h("p", { class: "hint past", role: "status" }, t("atShown", { day: at }), " ", now),
    );
  }

  async #drawFigures(): Promise<void> {
    const { say: t, lang } = this.#app;
    try {
      const found: KpiList = await api.kpis(this.#app.at);
      fill(
        this.#figures,
        h("div", { class: "block-head" }, h("h2", {}, t("plan")), h("span", { class: "col-head" }, found.on)),
        ...found.kpis.map((one) => this.#figure(one)),
      );
    } catch (error) {
      const failure = asFailure(error);
      fill(this.#figures, errorBox(failure.words(lang), failure.problem.code, t("code")));
    }
  }

  #figure(kpi: Kpi): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const number = (value: number | null) => (kpi.share ? percent(value, lang) : integer(value, lang));
    const shown = kpi.loaded ? number(kpi.value) : t("notLoaded");
    const on = store.state.parts[kpi.layer] === kpi.filter;
    const target = kpi.target
      ? `${t("target", { n: `${kpi.target.most ? "≤" : "≥"} ${number(kpi.target.value)}` })} · ${
          kpi.met === null ? NONE : t(kpi.met ? "met" : "notMet")
        }`
      : t("noTarget");
    const parts = t("ofAll", { n: integer(kpi.count, lang), of: integer(kpi.of, lang) });
    return h(
      "div",
      { class: "row two figure-row", "data-testid": "kpi", "data-kpi": kpi.id },
      h(
        "span",
        { class: "name" },
        say(kpi.title, lang),
        h("span", { class: "sub", title: kpi.target?.source ?? "" }, `${target} · ${parts}`),
      ),
      h("span", { class: "figure", "data-testid": "kpi-value" }, shown),
      kpi.loaded &&
        button(
          { class: "link", "aria-pressed": String(on), "data-testid": "kpi-show" },
          () => this.#show(kpi, !on),
          t(on ? "showAll" : "showPart"),
        ),
    );
  }

  /** Switch the layer of a figure on, and show the counted part of it alone; or show it whole again. */
  #show(kpi: Kpi, on: boolean): void {
    const { store, catalogue } = this.#app;
    if (!catalogue.value) return;
    const { [kpi.layer]: _, ...parts } = store.state.parts;
    const drawn = layersOn(catalogue.value, store.state);
    if (on) drawn.add(kpi.layer);
    const layers = catalogue.value.layers.map((one) => one.id).filter((id) => drawn.has(id));
    store.set({ layers, parts: on ? { ...parts, [kpi.layer]: kpi.filter } : parts });
  }

  async #drawZones(): Promise<void> {
    const { say: t, lang } = this.#app;
    const kinds = this.#kinds;
    const chosen =
      kinds.find((one) => one.id === this.#layer) ?? kinds.find((one) => one.visible) ?? kinds[0];
    if (!chosen) return fill(this.#zones);
    const pick = h("select", { "aria-label": t("zoneList"), "data-testid": "zone-kind" });
    for (const one of kinds)
      pick.append(h("option", { value: one.id, selected: one.id === chosen.id }, say(one.title, lang)));
    pick.addEventListener("change", () => {
      this.#layer = pick.value;
      void this.#drawZones();
    });
    const { at } = this.#app;
    this.#drawing += 1;
    const mine = this.#drawing;
    try {
      const [found, changes] = await Promise.all([
        api.zones(chosen.id, at),
        changesSection(this.#app, chosen.id),
      ]);
      if (mine !== this.#drawing) return; // another day was chosen meanwhile
      const files = FORMS.map((form) =>
        h("a", { class: "link", href: api.zoneFile(chosen.id, form, at), download: "" }, form.toUpperCase()),
      );
      const print = h(
        "a",
        { class: "link", href: api.zoneFile(chosen.id, "html", at), target: "_blank", rel: "noopener" },
        t("print"),
      );
      fill(
        this.#zones,
        h("div", { class: "block-head" }, h("h2", {}, t("zoneList")), pick),
        h("p", { class: "files" }, ...files, print),
        this.#sums(found),
        found.unconfirmed.length > 0 &&
          h("p", { class: "hint unconfirmed" }, t("unconfirmed", { sets: found.unconfirmed.join("、") })),
        changes,
        h("p", { class: "col-head" }, t("zoneCounts")),
        h(
          "div",
          { "data-list": "zones" },
          ...found.rows.slice(0, 500).map((row) => this.#zone(chosen.id, row)),
        ),
      );
    } catch (error) {
      const failure = asFailure(error);
      fill(this.#zones, errorBox(failure.words(lang), failure.problem.code, t("code")));
    }
  }

  #sums(found: ZoneList): HTMLElement {
    const { lang } = this.#app;
    const sums = found.classes.map((one) => {
      const mark = gradeMark(this.#app, one.value as number | null);
      return h("span", { class: "count-of" }, mark.swatch, `${mark.words} ${integer(one.count, lang)}`);
    });
    return h("p", { class: "counts-of", "data-testid": "zone-sums" }, ...sums);
  }

  /** Go to a zone, with its layer on: two fills of zones over each other would mix into colours that are no grade. */
  #goTo(layer: string, key: string): void {
    const { catalogue, store, view } = this.#app;
    const all = catalogue.value?.layers ?? [];
    const on = catalogue.value ? layersOn(catalogue.value, store.state) : new Set<string>();
    for (const one of all) if (one.zones) on.delete(one.id);
    on.add(layer);
    view?.aim();
    store.set({
      panel: null,
      item: { layer, key },
      layers: all.map((one) => one.id).filter((id) => on.has(id)),
    });
  }

  #zone(layer: string, row: ZoneRow): HTMLElement {
    const { say: t, lang } = this.#app;
    const counts = [row.n_red, row.n_orange, row.n_yellow, row.n_blue, row.n_ungraded];
    const where = [row.city, row.overridden ? t("byHand") : null].filter(Boolean).join(" · ");
    return button(
      { class: "row two", "data-row": "", "data-testid": "zone-row" },
      () => this.#goTo(layer, row.code),
      h("span", { class: "sample" }, gradeMark(this.#app, row.grade).swatch, say(row.word, lang)),
      h("span", { class: "name" }, row.name, h("span", { class: "sub" }, where)),
      h("span", { class: "figure" }, counts.map((n) => integer(n, lang)).join(" · ")),
    );
  }
}

/** The way to this panel, under the list of layers. */
export function riskLink(app: App): HTMLElement {
  return button(
    { class: "link risk-link", "data-testid": "risk-open" },
    () => app.store.set({ panel: "risk" }),
    app.say("riskOpen"),
  );
}
