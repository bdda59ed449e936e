/** Legend = filter = count: each row names a class, switches it, and shows how many objects of it are in view. */

import type { App } from "./app";
import { button, h, setAttr, text } from "./dom";
import { countByClass, toggled } from "./filters";
import { age, integer, NONE, say } from "./format";
import { sign } from "./icons";
import { swatch } from "./patterns";
import { classKey } from "./state";
import { tokens } from "./theme";
import { shortTitles } from "./titles";
import type { LayerInfo, Legend, LegendClass } from "./types";

type Bound = LayerInfo & { legend: Legend };

/** One block of legend rows for the layers that share them; one column of counts per layer. */
export class LegendBlock {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #layers: Bound[];
  readonly #updates: (() => void)[] = [];

  constructor(app: App, layers: Bound[], heading: boolean) {
    this.#app = app;
    this.#layers = layers;
    const legend = (layers[0] as Bound).legend;
    this.element = h("div", {
      class: "legend",
      "data-testid": "legend",
      "data-columns": Math.min(layers.length, 4),
    });
    if (heading) this.element.append(this.#head(legend));
    for (const one of legend.classes) this.element.append(this.#row(one, legend));
    this.element.append(this.#age());
    this.update();
  }

  update(): void {
    for (const run of this.#updates) run();
  }

  #head(legend: Legend): HTMLElement {
    const { lang } = this.#app;
    const head = h("div", { class: "legend-head" }, h("h2", {}, say(legend.title, lang)));
    if (this.#layers.length === 1) head.append(h("span", { class: "col-head" }, this.#app.say("inView")));
    else {
      const titles = shortTitles(this.#layers.map((one) => say(one.title, lang)));
      for (const [at, one] of this.#layers.entries()) {
        const symbol = one.legend.classes[0]?.symbol ?? "fill";
        const mark = swatch({ colour: tokens().ink2, pattern: "plain", symbol }, tokens());
        head.append(
          h("span", { class: "col-head", title: say(one.title, lang) }, mark, h("span", {}, titles[at])),
        );
      }
    }
    return head;
  }

  /** While the server is away: how old the counts are, which may be those of another view. */
  #age(): HTMLElement {
    const note = h("p", { class: "hint", "data-testid": "legend-age", hidden: true });
    this.#updates.push(() => {
      const { connection, countedAt, lang, say: t } = this.#app;
      const at = countedAt.value;
      note.hidden = connection.value.online || at === null;
      if (at !== null) text(note, t("countsOld", { age: age(Date.now() - at, lang) }));
    });
    return note;
  }

  #off(layer: Bound): string[] {
    return this.#app.store.state.off[layer.id] ?? [];
  }

  #set(layers: Bound[], key: string, on: boolean): void {
    const off = { ...this.#app.store.state.off };
    for (const one of layers) off[one.id] = toggled(one.legend, off[one.id] ?? [], key, on);
    this.#app.store.set({ off });
  }

  #row(one: LegendClass, legend: Legend): HTMLElement {
    const { lang } = this.#app;
    const key = classKey(one.value);
    const box = h("input", { type: "checkbox", class: "unseen" });
    box.addEventListener("change", () => this.#set(this.#layers, key, box.checked));
    const name = h("span", { class: "name" }, say(one.label, lang));
    const label = h("label", { class: "legend-name" }, box, ...this.#samples(one), name);
    const attrs = {
      class: "legend-row",
      "data-testid": "legend-row",
      "data-class": key,
      "data-field": legend.field,
    };
    const row = h("div", attrs, label);
    for (const layer of this.#layers) row.append(this.#cell(layer, one, key));
    this.#updates.push(() => {
      const on = this.#layers.filter((layer) => !this.#off(layer).includes(key)).length;
      box.checked = on === this.#layers.length;
      box.indeterminate = on > 0 && on < this.#layers.length;
      row.classList.toggle("off", on === 0);
    });
    return row;
  }

  /** The sample of a class; what is a dot from afar and a sign near by shows the one that the map draws. */
  #samples(one: LegendClass): HTMLElement[] {
    const near = sign(one.symbol);
    if (!near) return [swatch(one, tokens())];
    const drawn = this.#layers[0]?.style[this.#app.theme] ?? [];
    const dots = drawn.find((each) => each.type === "circle");
    const from = drawn.find((each) => each.type === "symbol" && each.layout?.["icon-image"])?.minzoom ?? 0;
    const colour =
      dots?.paint && "circle-color" in dots.paint ? String(dots.paint["circle-color"]) : one.colour;
    const far = swatch({ ...one, colour, symbol: "dot" }, tokens());
    this.#updates.push(() => {
      near.hidden = (this.#app.store.state.view?.zoom ?? 0) < from;
      far.hidden = !near.hidden;
    });
    return [h("span", { class: "mark-sign" }, near, far)];
  }

  #cell(layer: Bound, one: LegendClass, key: string): HTMLElement {
    const { lang } = this.#app;
    const many = this.#layers.length > 1;
    const figure = h(
      "span",
      { class: "figure skeleton", "data-testid": "legend-count", "data-layer": layer.id, "data-class": key },
      "\u00a0",
    );
    const flip = () => this.#set([layer], key, this.#off(layer).includes(key));
    const cell = many ? button({ class: "count" }, flip, figure) : h("span", { class: "count" }, figure);
    this.#updates.push(() => {
      const counts = this.#app.counts.value.get(layer.id);
      const on = !this.#off(layer).includes(key);
      const known = counts && integer(countByClass(layer.legend, counts).get(key) ?? 0, lang);
      const n = counts === null ? NONE : (known ?? "\u00a0");
      text(figure, n);
      figure.classList.toggle("skeleton", counts === undefined);
      cell.classList.toggle("off", !on);
      if (!many) return;
      setAttr(cell, "aria-pressed", on ? "true" : "false");
      const words = { layer: say(layer.title, lang), label: say(one.label, lang), n };
      setAttr(cell, "aria-label", this.#app.say("onlyHere", words));
      setAttr(cell, "title", this.#app.say("onlyHere", words));
    });
    return cell;
  }
}
