/** The settings of the coverage: preparation, response, speed, radius. An empty field takes each base's own value. */

import type { App } from "./app";
import { h } from "./dom";
import { decimal } from "./format";
import { RangeNote } from "./range-note";
import { COVERAGE_DEFAULT, type CoverageState, LIMITS } from "./state";

type Key = "prep" | "resp" | "speed" | "radius";
const UNITS: Record<Key, string> = { prep: "minute", resp: "minute", speed: "km/h", radius: "km" };

export class CoverageForm {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #fields = new Map<Key, HTMLInputElement>();
  readonly #notes = new Map<Key, RangeNote>();
  readonly #endless = h("input", { type: "checkbox", "data-testid": "cov-no-radius" });

  constructor(app: App) {
    this.#app = app;
    const { say } = app;
    this.#endless.addEventListener("change", () => {
      this.#set({ radius: this.#endless.checked ? null : COVERAGE_DEFAULT.radius });
    });
    this.element = h(
      "form",
      { class: "settings", "aria-label": say("settings") },
      this.#field("resp"),
      this.#field("radius"),
      this.#field("prep"),
      this.#field("speed"),
      h("span", { class: "hint" }, say("ownHint")),
      h("label", { class: "tick" }, this.#endless, say("noRadius")),
    );
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.update();
  }

  #set(change: Partial<CoverageState>): void {
    const { store } = this.#app;
    store.set({ coverage: { ...store.state.coverage, ...change } });
  }

  #field(key: Key): HTMLElement {
    const { say } = this.#app;
    const [low, high] = LIMITS[key];
    const own = key === "prep" || key === "speed";
    const input = h("input", {
      type: "number",
      inputmode: "decimal",
      min: low,
      max: high,
      step: "any",
      placeholder: own ? say("ownValue") : null,
      "data-testid": `cov-${key === "prep" ? "prep" : key === "resp" ? "resp" : key}`,
    });
    input.addEventListener("input", () => this.#typed(key, input, own));
    input.addEventListener("blur", () => this.update());
    this.#fields.set(key, input);
    const note = new RangeNote(LIMITS[key], say);
    this.#notes.set(key, note);
    const unit = UNITS[key] === "minute" ? say("minute") : UNITS[key];
    return h(
      "label",
      { class: "field" },
      h("span", { class: "name" }, say(key)),
      input,
      h("span", { class: "unit" }, unit),
      note.element,
    );
  }

  #typed(key: Key, input: HTMLInputElement, own: boolean): void {
    const [low, high] = LIMITS[key];
    const value = input.value.trim() === "" ? null : Number(input.value);
    const fits = value === null ? own && !input.validity.badInput : value >= low && value <= high;
    this.#notes.get(key)?.mark(input, fits);
    if (fits) this.#set({ [key]: value });
  }

  /** Show what the state says, except in the field that is being typed into. */
  update(): void {
    const settings = this.#app.store.state.coverage;
    for (const [key, input] of this.#fields) {
      if (document.activeElement === input) continue;
      const value = settings[key];
      input.value = value === null ? "" : decimal(value, "en", 2).replaceAll(",", "");
      this.#notes.get(key)?.mark(input, true);
    }
    this.#endless.checked = settings.radius === null;
    const radius = this.#fields.get("radius");
    if (radius) radius.disabled = settings.radius === null;
  }
}
