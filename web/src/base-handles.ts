/** Handles on the bases of the coverage: drag one and the base stands elsewhere, in the scenario only. */

import { type Map as MapLibreMap, Marker } from "maplibre-gl";
import type { App } from "./app";
import { h } from "./dom";
import { rightView } from "./layout";
import { placeOf } from "./moved-bases";
import type { CoverageBase } from "./types";

const PACE_MS = 60;

export class BaseHandles {
  readonly #app: App;
  readonly #map: MapLibreMap;
  readonly #markers = new Map<string, Marker>();
  #dragged: string | null = null;
  #last = 0;

  constructor(app: App, map: MapLibreMap) {
    this.#app = app;
    this.#map = map;
    app.coverage.subscribe(() => this.#sync());
    app.store.subscribe(() => this.#sync());
    this.#sync();
  }

  #sync(): void {
    const { store, coverage } = this.#app;
    const on = store.state.coverage.on && rightView(store.state) === "coverage" && !store.state.load;
    const bases = (on && coverage.value.data?.bases) || [];
    const wanted = new Set(bases.map((one) => keyOf(one, this.#app)));
    for (const [key, marker] of this.#markers) {
      if (wanted.has(key) || key === this.#dragged) continue;
      marker.remove();
      this.#markers.delete(key);
    }
    for (const base of bases) this.#place(base);
  }

  #place(base: CoverageBase): void {
    const key = keyOf(base, this.#app);
    if (key === this.#dragged) return;
    const at = this.#standing(key) ?? [base.lon, base.lat];
    let marker = this.#markers.get(key);
    if (!marker) {
      const element = h("button", {
        type: "button",
        class: "base-handle",
        "data-testid": "base-handle",
        "data-base": key,
        "aria-label": `${this.#app.say("dragBase")} ${base.name}`,
        title: `${this.#app.say("dragBase")} ${base.name}`,
      });
      marker = new Marker({ element, draggable: true }).setLngLat(at).addTo(this.#map);
      const made = marker;
      element.addEventListener("keydown", (event) => this.#nudge(event, key, made));
      marker.on("dragstart", () => {
        this.#dragged = key;
      });
      marker.on("drag", () => performance.now() - this.#last > PACE_MS && this.#moved(key, made));
      marker.on("dragend", () => {
        this.#moved(key, made);
        this.#dragged = null;
      });
      this.#markers.set(key, marker);
    }
    marker.setLngLat(at);
  }

  /** Where the scenario has a base now; the last answer may be of where it stood before. */
  #standing(key: string): [number, number] | null {
    const { coverage } = this.#app.store.state;
    if (key.startsWith("+")) return coverage.added[Number(key.slice(1))] ?? null;
    const known = this.#app.bases.value.data?.bases.find((one) => one.id === key);
    return known ? placeOf(known, coverage) : null;
  }

  /** Arrow keys move a focused base by eight pixels. */
  #nudge(event: KeyboardEvent, key: string, marker: Marker): void {
    const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = this.#map.project(marker.getLngLat());
    marker.setLngLat(this.#map.unproject([x + (step[0] ?? 0), y + (step[1] ?? 0)]));
    this.#moved(key, marker);
  }

  #moved(key: string, marker: Marker): void {
    this.#last = performance.now();
    const { lng, lat } = marker.getLngLat();
    const place: [number, number] = [Number(lng.toFixed(5)), Number(lat.toFixed(5))];
    const { store } = this.#app;
    const { coverage } = store.state;
    if (key.startsWith("+")) {
      const added = coverage.added.map((one, i) => (i === Number(key.slice(1)) ? place : one));
      store.set({ coverage: { ...coverage, added } });
    } else store.set({ coverage: { ...coverage, moved: { ...coverage.moved, [key]: place } } });
  }
}

/** An added base has no id of its own: the server names it by its place, the scenario by its number. */
function keyOf(base: CoverageBase, app: App): string {
  const known = app.bases.value.data?.bases.some((one) => one.id === base.id);
  if (known) return base.id;
  const found = /^\+ ?(\d+)$/.exec(base.name);
  return found ? `+${Number(found[1]) - 1}` : base.id;
}
