/** The one box on top. For now it reads decimal coordinates and says how it read them. */

import { announce } from "./announce";
import type { App } from "./app";
import { parseCoordinate, type Reading } from "./coords";
import { fill, h, setAttr } from "./dom";

/** Zoom of a place that was asked for by coordinate. */
const PLACE_ZOOM = 11;

export class Search {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #input: HTMLInputElement;
  readonly #answer = h("div", {
    class: "search-answer",
    id: "search-answer",
    role: "status",
    "data-testid": "search-answer",
    hidden: true,
  });

  constructor(app: App) {
    this.#app = app;
    this.#input = h("input", {
      type: "search",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "search-answer",
      "data-testid": "search-box",
    });
    const form = h(
      "form",
      { class: "search", role: "search" },
      lens(),
      this.#input,
      h("kbd", { "aria-hidden": "true" }, "/"),
      this.#answer,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#go();
    });
    this.#input.addEventListener("input", () => this.#read(false));
    this.#input.addEventListener("blur", () => setAttr(this.#answer, "hidden", true));
    this.#input.addEventListener("focus", () => this.#input.value && this.#read(false));
    this.element = form;
    app.store.subscribe((state, before) => state.lang !== before.lang && this.#label());
    this.#label();
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  #label(): void {
    this.#input.placeholder = this.#app.say("searchHint");
    this.#input.setAttribute("aria-label", this.#app.say("searchLabel"));
  }

  #words(reading: Reading): string {
    const { say } = this.#app;
    const words = say("readLatLon", { lat: reading.lat, lon: reading.lon });
    return reading.sure ? words : words + say("readGuess");
  }

  /** Say how the text is read; what is no coordinate is only said on Enter, not while typing. */
  #read(final: boolean): Reading | null {
    const { say } = this.#app;
    const text = this.#input.value.trim();
    const reading = text === "" ? null : parseCoordinate(text);
    setAttr(this.#answer, "hidden", text === "" || (!reading && !final));
    if (!reading) {
      fill(this.#answer, h("span", { class: "bad" }, say("notCoordinate")));
      return null;
    }
    const outside = !this.#inside(reading);
    fill(
      this.#answer,
      h("span", {}, this.#words(reading)),
      outside
        ? h("span", { class: "bad" }, ` · ${say("outside")}`)
        : h("span", { class: "sub" }, ` · ${say("enterToGo")}`),
    );
    return reading;
  }

  #inside({ lon, lat }: Reading): boolean {
    const bounds = this.#app.catalogue.value?.bounds;
    if (!bounds) return true;
    return lon >= bounds[0] && lat >= bounds[1] && lon <= bounds[2] && lat <= bounds[3];
  }

  #go(): void {
    const reading = this.#read(true);
    if (!reading) return;
    const { lon, lat } = reading;
    this.#app.store.set({ pin: [lon, lat], item: null, panel: null });
    this.#app.view?.fly(lon, lat, PLACE_ZOOM);
    setAttr(this.#answer, "hidden", true);
    announce(this.#words(reading), true);
  }
}

function lens(): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "lens");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.3 10.3L14 14");
  svg.append(path);
  return svg;
}
