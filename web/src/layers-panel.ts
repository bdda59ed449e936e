/** The left side: the legend of the grades, the tree of layers, and the figures of the coverage. */

import type { App } from "./app";
import { CoverageBlock } from "./coverage-block";
import { fill, h, setAttr } from "./dom";
import { isGraded, legendSignature } from "./filters";
import { integer, say } from "./format";
import { downloadOf } from "./layer-download";
import { LegendBlock } from "./legend";
import { loadLink } from "./load/entry";
import { MarksLegend } from "./marks-legend";
import { riskLink } from "./risk-panel";
import { layersOn } from "./style";
import type { LayerInfo, Legend } from "./types";

type Bound = LayerInfo & { legend: Legend };

function hasLegend(one: LayerInfo): one is Bound {
  return one.legend !== null;
}

export class LayersPanel {
  readonly element = h("div", { class: "layers-panel" });
  readonly #app: App;
  readonly #top = h("section", { class: "block" });
  readonly #tree = h("section", { class: "block" });
  readonly #coverage: CoverageBlock;
  #blocks: LegendBlock[] = [];
  readonly #rows = new Map<string, { box: HTMLInputElement; under: HTMLElement; info: LayerInfo }>();

  constructor(app: App) {
    this.#app = app;
    this.#coverage = new CoverageBlock(app);
    this.element.append(this.#top, new MarksLegend(app).element, this.#tree, this.#coverage.element);
    app.catalogue.subscribe(() => this.build());
    app.counts.subscribe(() => this.#update());
    app.connection.subscribe(() => this.#update());
    setInterval(() => app.connection.value.online || this.#update(), 10_000);
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang || state.theme !== before.theme) this.build();
      else if (state.layers !== before.layers) this.#refresh();
      else if (state.off !== before.off || state.view !== before.view) this.#update();
      if (state.parts !== before.parts) this.#refresh();
    });
    this.build();
  }

  /** Make everything anew: another catalogue, language or theme. */
  build(): void {
    this.#coverage.build();
    const catalogue = this.#app.catalogue.value;
    this.#rows.clear();
    if (!catalogue) {
      fill(
        this.#tree,
        ...Array.from({ length: 12 }, () =>
          h("div", { class: "row skeleton", "aria-hidden": "true" }, "\u00a0"),
        ),
      );
      return;
    }
    const { say: t, lang } = this.#app;
    const head = h(
      "div",
      { class: "block-head" },
      h("h2", {}, t("layers")),
      h("span", { class: "col-head over-layers" }, t("layersCount")),
    );
    const list = h("div", { "data-list": "layers" });
    for (const group of catalogue.groups) {
      const members = catalogue.layers.filter((one) => one.group === group.id);
      if (members.length === 0) continue;
      const title = say(group.title, lang);
      const box = h("div", { class: "group", role: "group", "aria-label": title }, h("h3", {}, title));
      for (const one of members) box.append(this.#row(one));
      list.append(box);
    }
    if (catalogue.layers.length === 0) list.append(h("p", { class: "hint" }, t("noLayers")));
    fill(this.#tree, head, riskLink(this.#app), list, loadLink(this.#app));
    this.#refresh();
  }

  #row(info: LayerInfo): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const empty = info.status !== "loaded";
    const box = h("input", { type: "checkbox", "data-row": "", disabled: empty });
    box.addEventListener("change", () => {
      const catalogue = this.#app.catalogue.value;
      if (!catalogue) return;
      const on = layersOn(catalogue, store.state);
      if (box.checked) {
        // two fills of zones over each other would mix into colours that are no grade
        if (info.zones) for (const one of catalogue.layers) if (one.zones) on.delete(one.id);
        on.add(info.id);
      } else on.delete(info.id);
      store.set({ layers: catalogue.layers.map((one) => one.id).filter((id) => on.has(id)) });
    });
    const name = h("span", { class: "name" }, say(info.title, lang));
    const hint = empty ? t("emptyLayerHint") : say(info.description, lang);
    const figure = info.kind === "raster" ? "" : integer(info.count, lang);
    const count = h(
      "span",
      { class: "figure", "data-testid": "layer-count" },
      empty ? t("emptyLayer") : figure,
    );
    const attrs = {
      class: `row${empty ? " empty" : ""}`,
      "data-testid": "layer-row",
      "data-layer": info.id,
      title: hint,
    };
    const under = h("div", { class: "under" });
    this.#rows.set(info.id, { box, under, info });
    return h(
      "div",
      { class: "layer" },
      h("label", attrs, box, name, count),
      ...downloadOf(this.#app, info),
      under,
    );
  }

  /** The choice of a named part of a layer. */
  #parts(info: LayerInfo): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const pick = h("select", { "data-testid": "layer-part", "aria-label": t("showPart") });
    const chosen = store.state.parts[info.id] ?? "";
    for (const one of [{ id: "", title: { zh: t("showAll"), en: t("showAll") } }, ...info.filters])
      pick.append(h("option", { value: one.id, selected: one.id === chosen }, say(one.title, lang)));
    pick.addEventListener("change", () => {
      const { [info.id]: _, ...rest } = store.state.parts;
      store.set({ parts: pick.value ? { ...rest, [info.id]: pick.value } : rest });
    });
    return pick;
  }

  /** What nobody has signed of the cut-offs behind graded layers. */
  #unconfirmed(layers: readonly LayerInfo[]): HTMLElement | null {
    const sets = [...new Set(layers.flatMap((one) => one.unconfirmed))];
    if (sets.length === 0) return null;
    const words = this.#app.say("unconfirmed", { sets: sets.join("、") });
    return h("p", { class: "hint unconfirmed", "data-testid": "legend-unconfirmed" }, words);
  }

  /** Which layers are on has changed: ticks, and which legends stand there. */
  #refresh(): void {
    const catalogue = this.#app.catalogue.value;
    if (!catalogue) return;
    const on = layersOn(catalogue, this.#app.store.state);
    this.#blocks = [];
    const shared = new Map<string, Bound[]>();
    for (const { box, under, info } of this.#rows.values()) {
      box.checked = on.has(info.id);
      setAttr(under, "hidden", true);
      fill(under);
      if (on.has(info.id) && info.filters.length > 0 && info.status === "loaded") {
        setAttr(under, "hidden", false);
        under.append(this.#parts(info));
      }
      if (!on.has(info.id) || !hasLegend(info) || info.status !== "loaded") continue;
      if (isGraded(info.legend)) {
        const key = legendSignature(info.legend);
        shared.set(key, [...(shared.get(key) ?? []), info]);
      } else {
        const block = new LegendBlock(this.#app, [info], false);
        this.#blocks.push(block);
        setAttr(under, "hidden", false);
        under.prepend(block.element);
      }
    }
    const graded = [...shared.values()].map((layers) => new LegendBlock(this.#app, layers, true));
    this.#blocks.push(...graded);
    const nothing = on.size === 0 && h("p", { class: "hint" }, this.#app.say("noneOn"));
    fill(
      this.#top,
      ...graded.map((one) => one.element),
      this.#unconfirmed([...shared.values()].flat()),
      nothing,
    );
    setAttr(this.#top, "hidden", graded.length === 0 && !nothing);
  }

  #update(): void {
    for (const block of this.#blocks) block.update();
  }
}
