/** The right side for a chosen object or place: what it is, why it has its colour, where the figures come from. */

import { api, isAbort } from "./api";
import type { App, Hit } from "./app";
import { errorBox } from "./coverage-panel";
import { button, fill, h } from "./dom";
import { coordinate, date, decimal, fieldValue, say, unit } from "./format";
import type { LiveForm } from "./incident/live-form";
import { swatch } from "./patterns";
import { placeTitle, zoneChips } from "./place/sections";
import { layersOn } from "./style";
import { tokens } from "./theme";
import type { Item, Lang, LayerInfo, LegendClass, PopupField } from "./types";
import { WhySection } from "./why-section";

/** Fields that say how a grade came about, by the habit of the data model. */
/** The value of a field, or of its English twin `<field>_en` where the data has one and the page is English. */
function inLanguage(item: Item, field: string, lang: Lang): unknown {
  return (lang === "en" && item.properties[`${field}_en`]) || item.properties[field];
}

/** Fields that say who is responsible and how to reach them. */
const WHO: readonly string[] = ["supervisor", "phone"];
const REASON = /(^|_)(reason|because)$/;

export class ItemPanel {
  readonly element = h("div", { class: "item-panel", "data-testid": "item-panel", "aria-live": "polite" });
  readonly #app: App;
  readonly #around: HTMLElement;
  readonly #live: LiveForm;
  readonly #also = h("div");
  readonly #values = h("div");
  readonly #whySection: WhySection;
  #alsoFor = "";
  #valuesFor = "";
  #abort = new AbortController();

  constructor(app: App, around: HTMLElement, live: LiveForm) {
    this.#app = app;
    this.#around = around;
    this.#live = live;
    this.#whySection = new WhySection(app);
    app.item.subscribe(() => this.#update());
    app.around.subscribe(() => this.#app.store.state.item || this.#update());
    app.settled.subscribe(() => this.#drawAlso());
    app.store.subscribe((state, before) => {
      const keys = ["lang", "theme", "pin", "item", "layers"] as const;
      if (keys.some((key) => state[key] !== before[key])) this.#update();
    });
    this.#update();
  }

  #update(): void {
    const { state } = this.#app.store;
    const { data, loading, error } = this.#app.item.value;
    const { say: t, lang } = this.#app;
    const parts: (HTMLElement | null)[] = [];
    if (state.item && error)
      parts.push(
        errorBox(error.offline ? t("offlineFirst") : error.words(lang), error.problem.code, t("code")),
      );
    else if (state.item && data && data.key === state.item.key) parts.push(...this.#object(data));
    else if (state.item && loading) parts.push(skeleton());
    else if (state.pin) parts.push(this.#place(...state.pin));
    const shown = state.item && data?.key === state.item.key ? data : null;
    void this.#live.show(shown ? this.#app.layer(shown.layer) : undefined, shown);
    fill(this.element, ...parts, this.#live.element, this.#around, this.#also, this.#values);
    this.#drawAlso();
    void this.#drawValues();
  }

  #place(lon: number, lat: number): HTMLElement {
    const { say: t } = this.#app;
    const here = this.#app.around.value.data;
    return h(
      "header",
      { class: "item-head" },
      h("h1", {}, (here && placeTitle(this.#app, here)) || t("place")),
      h("p", { class: "sub" }, `${coordinate(lon, lat)} · WGS 84`),
      ...(here?.readings ?? []).map((one) => h("p", { class: "sub" }, say(one, this.#app.lang))),
      here && zoneChips(this.#app, here),
    );
  }

  #object(item: Item): HTMLElement[] {
    const { lang } = this.#app;
    const info = this.#app.layer(item.layer);
    if (!info) return [];
    const key = info.popup.find((one) => one.format === "code");
    const code = key ? item.properties[key.field] : item.key;
    const sub = [say(info.title, lang), String(code ?? item.key), coordinate(...item.centre)];
    // Whom to call comes before what it is.
    const who = info.popup.filter((one) => WHO.includes(one.field) && item.properties[one.field]);
    const call = who.map((one) => `${say(one.title, lang)} ${item.properties[one.field]}`);
    const head = h(
      "header",
      { class: "item-head" },
      h("h1", {}, this.#title(item)),
      h("p", { class: "sub" }, sub.join(" · ")),
      call.length > 0 && h("p", { "data-testid": "item-call" }, call.join(" · ")),
      this.#badge(info, item),
    );
    const said = [info.title_field, info.legend?.field, ...who.map((one) => one.field)];
    const rows = info.popup.filter(
      (one) =>
        !said.includes(one.field) && !REASON.test(one.field) && item.properties[one.field] !== item.key,
    );
    return [
      head,
      info.explains ? this.#reasons(item) : this.#why(info, item),
      h("dl", { class: "properties" }, ...rows.flatMap((one) => this.#row(one, item, info))),
      this.#source(info, item),
    ].filter((one) => one !== null);
  }

  #title(item: Item): string {
    const english = item.properties.name_en;
    if (this.#app.lang === "en" && typeof english === "string" && english) return english;
    return item.title ?? item.key;
  }

  #classOf(info: LayerInfo, item: Item): LegendClass | undefined {
    if (!info.legend) return undefined;
    const value = item.properties[info.legend.field] ?? null;
    const { classes } = info.legend;
    return classes.find((one) => one.value === value) ?? classes.find((one) => one.value === null);
  }

  #badge(info: LayerInfo, item: Item): HTMLElement | null {
    const row = this.#classOf(info, item);
    if (!row || !info.legend) return null;
    const { lang } = this.#app;
    const word = `${say(info.legend.title, lang)}${lang === "zh" ? "：" : ": "}${say(row.label, lang)}`;
    return h(
      "p",
      { class: "badge", "data-testid": "item-grade" },
      swatch(row, tokens()),
      h("strong", {}, word),
    );
  }

  #reasons(item: Item): HTMLElement {
    void this.#whySection.show(item.layer, item.key);
    return this.#whySection.element;
  }

  #why(info: LayerInfo, item: Item): HTMLElement | null {
    const { say: t, lang } = this.#app;
    const fields = info.popup.filter((one) => REASON.test(one.field) && item.properties[one.field]);
    if (fields.length === 0) return null;
    const words = fields.map((one) => h("p", {}, fieldValue(one, inLanguage(item, one.field, lang), lang)));
    return h("section", { class: "why", "data-testid": "item-why" }, h("h2", {}, t("why")), ...words);
  }

  #row(field: PopupField, item: Item, info: LayerInfo): HTMLElement[] {
    const { lang } = this.#app;
    const value = inLanguage(item, field.field, lang);
    const isEmpty = value === null || value === undefined || value === "";
    let shown = fieldValue(field, value, lang);
    if (field.format === "grade") {
      const row = info.legend?.classes.find((one) => one.value === (value ?? null));
      if (row) shown = say(row.label, lang);
    }
    const numeric = typeof value === "number" && field.format !== "grade";
    const name = say(field.title, lang);
    const dd = h(
      "dd",
      { class: isEmpty ? "none" : numeric ? "number" : shown.length > 22 ? "long" : "" },
      shown,
    );
    if (!isEmpty && field.unit) dd.append(h("span", { class: "unit" }, ` ${unit(field.unit, lang)}`));
    return [h("dt", {}, name), dd];
  }

  #source(info: LayerInfo, item: Item): HTMLElement {
    const { say: t, lang } = this.#app;
    const { source } = item;
    const words = [
      `${t("source")} ${source.name || "—"}`,
      `${t("sourceDate")} ${date(source.date)}`,
      source.owner ? `${t("owner")} ${source.owner}` : null,
      `${t("version")} ${item.version.slice(0, 12)}`,
      `${t("loadedAt")} ${date(source.loaded_at ?? info.loaded_at)}`,
    ];
    const made =
      source.generated &&
      h("strong", { class: "demo" }, `${t("generated")}${lang === "zh" ? "：" : ": "}${t("generatedLong")}`);
    return h(
      "p",
      { class: "hint source", "data-testid": "item-source" },
      made,
      words.filter(Boolean).join(" · "),
    );
  }

  /** Other objects of visible layers at the marked place. */
  #drawAlso(): void {
    const { store, view, say: t, lang } = this.#app;
    const { pin, item } = store.state;
    if (!pin || !view) {
      this.#alsoFor = "";
      fill(this.#also);
      return;
    }
    const all = view.hits(...pin).filter((one) => one.n <= 1);
    const drawn = JSON.stringify([pin, item, lang, this.#app.theme, all.map((one) => [one.layer, one.key])]);
    // The map comes to rest often; drawing the same rows again would take the focus away.
    if (drawn === this.#alsoFor) return;
    this.#alsoFor = drawn;
    const others = all.filter((one) => one.layer !== item?.layer || one.key !== item.key).slice(0, 12);
    if (others.length === 0) {
      const nothing = !item && h("p", { class: "hint" }, t("nothingHere"));
      fill(this.#also, nothing);
      return;
    }
    const row = (hit: Hit) => {
      const info = this.#app.layer(hit.layer);
      const go = () => store.set({ item: { layer: hit.layer, key: hit.key } });
      const kind = info ? say(info.title, lang) : hit.layer;
      const attrs = { class: "row", "data-testid": "also-row", "data-layer": hit.layer, "data-row": "" };
      return button(
        attrs,
        go,
        info ? this.#sample(info, hit) : null,
        h("span", { class: "name" }, hit.name ?? hit.key),
        h("span", { class: "parts" }, kind),
      );
    };
    fill(
      this.#also,
      h("div", { class: "block-head" }, h("h2", {}, t(item ? "alsoHere" : "here"))),
      h("div", { "data-list": "also" }, ...others.map(row)),
    );
  }

  /** Colour, hatch and word of an object's class. */
  #sample(info: LayerInfo, hit: Hit): HTMLElement | null {
    if (!info.legend) return null;
    const value = hit.properties[info.legend.field] ?? null;
    const { classes } = info.legend;
    const row = classes.find((one) => one.value === value) ?? classes.find((one) => one.value === null);
    return row ? h("span", { class: "sample" }, swatch(row, tokens()), say(row.label, this.#app.lang)) : null;
  }

  /** Values of visible rasters at the marked place. */
  async #drawValues(): Promise<void> {
    const { store, catalogue } = this.#app;
    const { pin } = store.state;
    const on = catalogue.value ? layersOn(catalogue.value, store.state) : new Set<string>();
    const rasters =
      catalogue.value?.layers.filter(
        (one) => one.kind === "raster" && on.has(one.id) && one.status === "loaded",
      ) ?? [];
    const wanted = JSON.stringify([pin, rasters.map((one) => one.version), this.#app.lang]);
    if (wanted === this.#valuesFor) return;
    this.#valuesFor = wanted;
    this.#abort.abort();
    this.#abort = new AbortController();
    if (!pin || rasters.length === 0) return fill(this.#values);
    try {
      const { signal } = this.#abort;
      const rows = await Promise.all(rasters.map((one) => this.#value(one, ...pin, signal)));
      if (!signal.aborted)
        fill(
          this.#values,
          h("div", { class: "block-head" }, h("h2", {}, this.#app.say("valuesHere"))),
          ...rows,
        );
    } catch (error) {
      if (!isAbort(error)) fill(this.#values);
    }
  }

  async #value(info: LayerInfo, lon: number, lat: number, signal: AbortSignal): Promise<HTMLElement> {
    const { say: t, lang } = this.#app;
    const { value, unit: of } = await api.value(info.id, lon, lat, signal);
    const words = value === null ? t("noValue") : `${decimal(value, lang, 1)} ${say(of, lang)}`;
    const from = [info.source_name, info.source_date].filter(Boolean).join(" · ");
    const name = h("span", { class: "name" }, say(info.title, lang), h("span", { class: "sub" }, from));
    const attrs = { class: "row two", "data-testid": "raster-value", "data-layer": info.id };
    return h("div", attrs, name, h("span", { class: "figure" }, words));
  }
}

function skeleton(): HTMLElement {
  const line = () => h("p", { class: "skeleton" }, "\u00a0");
  return h("div", { class: "loading", "aria-hidden": "true" }, line(), line(), line(), line());
}
