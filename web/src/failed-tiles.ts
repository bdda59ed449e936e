/** Tiles that did not come: said on the page, and asked for again until they do. */

import type { Map as MapLibreMap } from "maplibre-gl";
import type { App } from "./app";

/** Between a failure and the first try, and the longest wait between two tries, in milliseconds. */
const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;

export type TileId = { x: number; y: number; z: number };

export class FailedTiles {
  readonly #app: App;
  readonly #map: MapLibreMap;
  /** The tiles of each source that have failed since the last try. */
  #failed = new Map<string, TileId[]>();
  #wait = FIRST_MS;
  #timer = 0;

  constructor(app: App, map: MapLibreMap) {
    this.#app = app;
    this.#map = map;
    let was = true;
    app.connection.subscribe(({ online }) => {
      const isBack = online && !was;
      was = online;
      if (isBack && this.#failed.size > 0) this.#again();
    });
  }

  /** A tile of a source has failed. */
  note(source: string, tile: TileId): void {
    this.#failed.set(source, [...(this.#failed.get(source) ?? []), tile]);
    this.#app.incomplete.value = new Set([...this.#app.incomplete.value, source]);
    if (!this.#timer) this.#timer = window.setTimeout(() => this.#again(), this.#wait);
  }

  /** MapLibre asks for a failed tile only when the view changes; each is named, since for a whole source it waits for ever. */
  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#app.connection.value.online) return;
    const tried = this.#failed;
    this.#failed = new Map();
    this.#wait = Math.min(this.#wait * 2, LONGEST_MS);
    for (const [id, tiles] of tried) if (this.#map.getSource(id)) this.#map.refreshTiles(id, tiles);
    this.#map.once("idle", () => {
      this.#app.incomplete.value = new Set(this.#failed.keys());
      if (this.#failed.size === 0) this.#wait = FIRST_MS;
    });
    this.#map.triggerRepaint(); // what is no longer in view is not asked for, and the map would not come to rest
  }
}
