/** The proposed base on the map, with its number, as long as its box stands in the panel; each lights the other up. */

import { type Map as MapLibreMap, Marker } from "maplibre-gl";
import type { App } from "./app";
import { h, setAttr, text } from "./dom";
import { integer } from "./format";
import { rightView } from "./layout";

export class BestMark {
  readonly #app: App;
  readonly #map: MapLibreMap;
  readonly #element = h("button", { type: "button", class: "best-mark", "data-testid": "best-mark" });
  readonly #marker: Marker;

  constructor(app: App, map: MapLibreMap) {
    this.#app = app;
    this.#map = map;
    this.#marker = new Marker({ element: this.#element });
    lightUp(app, this.#element);
    this.#element.addEventListener("click", (event) => {
      event.stopPropagation(); // the map would take it for a place to ask about
      const box = document.querySelector<HTMLElement>('[data-testid="plan-best"]');
      box?.scrollIntoView({ block: "nearest" });
      box?.querySelector("button")?.focus({ preventScroll: true });
    });
    app.best.subscribe(() => this.#sync());
    app.store.subscribe(() => this.#sync());
  }

  #sync(): void {
    const { best, store, lang, say } = this.#app;
    const place = rightView(store.state) === "coverage" && !store.state.load ? best.value : null;
    if (!place) {
      this.#marker.remove();
      return;
    }
    text(this.#element, String(place.number));
    const words = say("bestMark", { n: place.number, people: integer(place.adds, lang) });
    for (const name of ["aria-label", "title"]) setAttr(this.#element, name, words);
    this.#marker.setLngLat([place.lon, place.lat]).addTo(this.#map);
  }
}

/** Say that an element stands for the proposed base: pointed at or focused, both it and its other half show it. */
export function lightUp(app: App, element: HTMLElement): void {
  for (const [on, off] of [
    ["pointerenter", "pointerleave"],
    ["focusin", "focusout"],
  ] as const) {
    element.addEventListener(on, () => {
      app.bestLit.value = true;
    });
    element.addEventListener(off, () => {
      app.bestLit.value = false;
    });
  }
}
