/** The winds of a place with the share of the time each blows, instead of one wind: what is reached in every one of them. */

import type { App } from "./app";
import { button, fill, h } from "./dom";
import type { Word } from "./i18n";
import { RangeNote } from "./range-note";
import { LIMITS, MOST_WINDS, type RoseWind } from "./state";

const NEW: RoseWind = { speed: 5, from: 0, share: 25 };
const FIELDS = [
  { key: "speed", limits: LIMITS.wind, word: "wind", unit: "m/s" },
  { key: "from", limits: LIMITS.from, word: "windFrom", unit: "°" },
  { key: "share", limits: LIMITS.share, word: "windShare", unit: "%" },
] as const satisfies readonly {
  key: keyof RoseWind;
  limits: readonly [number, number];
  word: Word;
  unit: string;
}[];

export class WindRose {
  readonly element = h("div", { class: "rose", "data-testid": "plan-rose" });
  readonly #app: App;
  #drawn = 0;

  constructor(app: App) {
    this.#app = app;
  }

  /** Draw the rows anew. */
  build(): void {
    const { say, store } = this.#app;
    const { rose } = store.state.coverage;
    this.#drawn = rose.length;
    const add = () => {
      const from = ((rose.at(-1)?.from ?? -90) + 90) % 360;
      this.#set([...rose, { ...NEW, from }]);
    };
    fill(
      this.element,
      h("span", { class: "name" }, say("rose")),
      ...rose.map((one, at) => this.#row(one, at)),
      rose.length > 0 && h("p", { class: "hint" }, say("roseHint")),
      rose.length < MOST_WINDS &&
        button(
          { class: "tool", "data-testid": "rose-add" },
          add,
          say(rose.length > 0 ? "roseMore" : "roseAdd"),
        ),
    );
  }

  /** Follow a change from elsewhere; what is being typed into stays. */
  update(): void {
    if (
      this.element.contains(document.activeElement) &&
      this.#drawn === this.#app.store.state.coverage.rose.length
    )
      return;
    this.build();
  }

  #set(rose: RoseWind[]): void {
    const { store } = this.#app;
    const { wind } = store.state.coverage;
    store.set({ coverage: { ...store.state.coverage, rose, wind: rose.length > 0 ? null : wind } });
    this.build();
  }

  #row(one: RoseWind, at: number): HTMLElement {
    const { say, store } = this.#app;
    const fields = FIELDS.map(({ key, limits, word, unit }) => {
      const [low, high] = limits;
      const note = new RangeNote(limits, say);
      const input = h("input", {
        type: "number",
        min: low,
        max: high,
        step: "any",
        value: one[key],
        "aria-label": `${say(word)} ${at + 1}`,
        "data-testid": `rose-${key}`,
      });
      input.addEventListener("input", () => {
        const value = Number(input.value);
        const fits = input.value.trim() !== "" && value >= low && value <= high;
        note.mark(input, fits);
        if (!fits) return;
        const rose = store.state.coverage.rose.map((each, n) =>
          n === at ? { ...each, [key]: value } : each,
        );
        store.set({ coverage: { ...store.state.coverage, rose } });
      });
      return h("label", { class: "rose-field" }, input, h("span", { class: "unit" }, unit), note.element);
    });
    const drop = () => this.#set(store.state.coverage.rose.filter((_, n) => n !== at));
    return h(
      "div",
      { class: "rose-row", "data-testid": "rose-row" },
      ...fields,
      button({ class: "link", "aria-label": `${say("remove")} ${at + 1}` }, drop, "×"),
    );
  }
}
