/** What may be typed into a field of numbers: said beside it as long as something else stands there. */

import { h, text } from "./dom";
import type { Say } from "./i18n";

export class RangeNote {
  readonly element = h("span", { class: "hint bad range-note", role: "alert", "data-testid": "range-note" });
  readonly #words: string;

  constructor([low, high]: readonly [number, number], say: Say) {
    this.#words = say("range", { low, high });
  }

  /** Mark a field whose number is not taken, and say what would be. */
  mark(input: HTMLInputElement, fits: boolean): void {
    input.setAttribute("aria-invalid", String(!fits));
    text(this.element, fits ? "" : this.#words);
  }
}
