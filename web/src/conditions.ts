/** What else a flight is asked under: aircraft, time on scene, visibility, night, who is ready, the way to hospital, winds, closed airspace. */

import { api } from "./api";
import type { App } from "./app";
import { button, fill, h } from "./dom";
import { decimal } from "./format";
import type { Word } from "./i18n";
import { RangeNote } from "./range-note";
import { type CoverageState, LIMITS } from "./state";
import type { Aircraft } from "./types";
import { WindRose } from "./wind-rose";

type NumberKey = "scene" | "visibility" | "hospital";

export class Conditions {
  readonly element = h("details", { class: "conditions", "data-testid": "plan-conditions" });
  readonly #app: App;
  #kinds: Aircraft[] = [];
  #select = h("select");
  #areas = h("div");
  readonly #rose: WindRose;
  #numbers = new Map<NumberKey, HTMLInputElement>();
  #ticks = new Map<"night" | "now", HTMLInputElement>();

  constructor(app: App) {
    this.#app = app;
    this.#rose = new WindRose(app);
    app.corners.subscribe(() => this.#drawAreas());
    this.element.addEventListener("toggle", () => void this.#loadKinds());
  }

  build(): void {
    const { say, store } = this.#app;
    const { aircraft, scene, visibility, hospital, rose, night, now, noFly } = store.state.coverage;
    this.#numbers.clear();
    this.#ticks.clear();
    this.#select = h("select", { "data-testid": "plan-aircraft" });
    this.#select.addEventListener("change", () => this.#set({ aircraft: this.#select.value || null }));
    this.#areas = h("div", { class: "areas", "aria-live": "polite" });
    const isSet = [scene, visibility, hospital].some((one) => one !== null);
    const used = aircraft || isSet || night || now || rose.length > 0 || noFly.length > 0;
    if (used) this.element.open = true;
    fill(
      this.element,
      h("summary", {}, say("conditions")),
      h("label", { class: "field" }, h("span", { class: "name" }, say("aircraft")), this.#select),
      this.#number("scene", "onScene", say("minute")),
      this.#number("visibility", "visibility", "m"),
      this.#number("hospital", "toHospital", say("minute")),
      this.#tick("night", "night"),
      this.#tick("now", "readyOnly"),
      this.#rose.element,
      this.#areas,
    );
    this.#rose.build();
    this.#drawKinds();
    this.update();
  }

  #set(change: Partial<CoverageState>): void {
    const { store } = this.#app;
    store.set({ coverage: { ...store.state.coverage, ...change } });
  }

  #number(key: NumberKey, word: Word, unit: string): HTMLElement {
    const [low, high] = LIMITS[key];
    const input = h("input", {
      type: "number",
      min: low,
      max: high,
      step: "any",
      "data-testid": `plan-${key}`,
    });
    const note = new RangeNote(LIMITS[key], this.#app.say);
    input.addEventListener("blur", () => {
      note.mark(input, true);
      this.update();
    });
    input.addEventListener("input", () => {
      const value = input.value.trim() === "" ? null : Number(input.value);
      const fits = !input.validity.badInput && (value === null || (value >= low && value <= high));
      note.mark(input, fits);
      if (fits) this.#set({ [key]: value });
    });
    this.#numbers.set(key, input);
    const name = h("span", { class: "name" }, this.#app.say(word));
    return h("label", { class: "field" }, name, input, h("span", { class: "unit" }, unit), note.element);
  }

  #tick(key: "night" | "now", word: Word): HTMLElement {
    const input = h("input", { type: "checkbox", "data-testid": `plan-${key}` });
    input.addEventListener("change", () => this.#set({ [key]: input.checked }));
    this.#ticks.set(key, input);
    return h("label", { class: "tick" }, input, this.#app.say(word));
  }

  async #loadKinds(): Promise<void> {
    if (!this.element.open || this.#kinds.length > 0) return;
    this.#kinds = await api.aircraft().then(
      (found) => found.aircraft,
      () => [],
    );
    this.#drawKinds();
  }

  #drawKinds(): void {
    const { say, lang, store } = this.#app;
    const { aircraft } = store.state.coverage;
    const known = this.#kinds.map((one) => ({
      id: one.id,
      name: `${lang === "en" ? one.name_en : one.name_zh} · ${decimal(one.cruise_kmh, lang, 0)} km/h`,
    }));
    if (aircraft && !known.some((one) => one.id === aircraft)) known.push({ id: aircraft, name: aircraft });
    const rows = [{ id: "", name: say("aircraftOwn") }, ...known];
    fill(this.#select, ...rows.map(({ id, name }) => h("option", { value: id }, name)));
    this.#select.value = aircraft ?? "";
  }

  /** Show what the state says, except in the field that is being typed into. */
  update(): void {
    const settings = this.#app.store.state.coverage;
    for (const [key, input] of this.#numbers)
      if (document.activeElement !== input) input.value = settings[key] === null ? "" : String(settings[key]);
    for (const [key, input] of this.#ticks) input.checked = settings[key];
    if (this.#select.value !== (settings.aircraft ?? "")) this.#drawKinds();
    this.#rose.update();
    this.#drawAreas();
  }

  #drawAreas(): void {
    const { say, store, corners, area } = this.#app;
    const { noFly } = store.state.coverage;
    const drawn = corners.value?.use === "nofly" ? corners.value.places : null;
    const rows = noFly.map((area, i) =>
      h(
        "div",
        { class: "row figure-row", "data-testid": "nofly-row" },
        h("span", { class: "name" }, say("noFlyArea", { n: i + 1, corners: area.length })),
        button(
          { class: "link" },
          () => this.#set({ noFly: noFly.filter((one) => one !== area) }),
          say("remove"),
        ),
      ),
    );
    const tool = (name: string, word: Word, act: () => void) =>
      button({ class: "tool", "data-testid": name }, act, say(word));
    const take = (places: [number, number][]) =>
      this.#set({ noFly: [...store.state.coverage.noFly, places] });
    const tools = drawn
      ? [
          h("p", { class: "hint" }, say("noFlyHint", { n: drawn.length })),
          drawn.length > 2 && tool("nofly-done", "noFlyDone", () => area?.end()),
          tool("nofly-stop", "noFlyStop", () => area?.stop()),
        ]
      : [tool("nofly-draw", "noFlyDraw", () => area?.start("nofly", take))];
    fill(this.#areas, ...rows, h("div", { class: "tools" }, ...tools));
  }
}
