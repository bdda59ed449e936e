/** Drawing an area on the map: a click, or Space at the centre, puts a corner; Enter ends, Esc gives up. */

import { announce } from "./announce";
import type { App } from "./app";
import { placeWords } from "./place/words";

type Place = [lon: number, lat: number];
/** What is being drawn: the footprint of an accident, or closed airspace; its corners so far. */
export type Corners = { use: "foot" | "nofly"; places: readonly Place[] };

export class AreaDrawing {
  readonly #app: App;
  #done: (places: Place[]) => void = () => {};

  constructor(app: App) {
    this.#app = app;
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  /** Begin; `done` is given the corners when the area is closed. */
  start(use: Corners["use"], done: (places: Place[]) => void): void {
    this.#done = done;
    this.#put({ use, places: [] });
    announce(placeWords(this.#app.lang)("drawHint"), true);
    document.querySelector<HTMLElement>(".maplibregl-canvas")?.focus();
  }

  /** Put a corner; on the last one again the area is closed. */
  add(lon: number, lat: number): void {
    const now = this.#app.corners.value;
    if (!now) return;
    const place: Place = [Number(lon.toFixed(5)), Number(lat.toFixed(5))];
    const last = now.places.at(-1);
    if (last && last[0] === place[0] && last[1] === place[1]) this.end();
    else this.#put({ ...now, places: [...now.places, place] });
  }

  end(): void {
    const places = this.#app.corners.value?.places;
    if (!places) return;
    if (places.length < 3) {
      announce(placeWords(this.#app.lang)("threeCorners"), true);
      return;
    }
    this.#put(null);
    this.#done([...places]);
  }

  stop(): void {
    this.#put(null);
  }

  #put(corners: Corners | null): void {
    this.#app.corners.value = corners;
    document.documentElement.toggleAttribute("data-drawing", corners !== null);
  }

  #key(event: KeyboardEvent): void {
    const now = this.#app.corners.value;
    const target = event.target as HTMLElement | null;
    // A key that presses a button, or is typed, is not for the map.
    if (!now || target?.closest("button, input, select, textarea")) return;
    const { view } = this.#app.store.state;
    if (event.key === "Enter") this.end();
    else if (event.key === "Escape") this.stop();
    else if (event.key === "Backspace") this.#put({ ...now, places: now.places.slice(0, -1) });
    else if (event.key === " " && view) this.add(view.lon, view.lat);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
