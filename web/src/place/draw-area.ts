/** Drawing a footprint on the map: a click, or Space at the centre, puts a corner; Enter ends, Esc gives up. */

import { announce } from "../announce";
import type { App } from "../app";
import { placeWords } from "./words";

export class AreaDrawing {
  readonly #app: App;
  #corners: [lon: number, lat: number][] | null = null;

  constructor(app: App) {
    this.#app = app;
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  get active(): boolean {
    return this.#corners !== null;
  }

  start(): void {
    this.#put([]);
    announce(placeWords(this.#app.lang)("drawHint"), true);
    document.querySelector<HTMLElement>(".maplibregl-canvas")?.focus();
  }

  /** Put a corner; on the first one again, or twice at one place, the area is closed. */
  add(lon: number, lat: number): void {
    if (!this.#corners) return;
    const last = this.#corners.at(-1);
    const again = last && Math.abs(last[0] - lon) < 1e-6 && Math.abs(last[1] - lat) < 1e-6;
    if (again) this.end();
    else this.#put([...this.#corners, [lon, lat]]);
  }

  end(): void {
    const corners = this.#corners;
    if (corners && corners.length < 3) {
      announce(placeWords(this.#app.lang)("threeCorners"), true);
      return;
    }
    this.#put(null);
    if (corners) this.#app.store.set({ foot: { kind: "drawn", places: corners } });
  }

  #put(corners: [number, number][] | null): void {
    this.#corners = corners;
    this.#app.corners.value = corners ?? [];
    document.documentElement.toggleAttribute("data-drawing", corners !== null);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#corners) return;
    const { view } = this.#app.store.state;
    if (event.key === "Enter") this.end();
    else if (event.key === "Escape") this.#put(null);
    else if (event.key === "Backspace") this.#put(this.#corners.slice(0, -1));
    else if (event.key === " " && view) this.add(view.lon, view.lat);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
