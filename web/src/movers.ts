/** Vehicles, teams and aircraft on the map: asked for once a second while there are any, drawn with their age. */

import type { FeatureCollection } from "geojson";
import { api } from "./api";
import type { App } from "./app";
import { age } from "./format";

export type Mover = {
  id: string;
  kind: string;
  name: string;
  lon: number;
  lat: number;
  at: string;
  age_s: number;
  stale: boolean;
};

const EVERY_MS = 1_000;
/** How often to look when nothing has ever moved. */
const IDLE_MS = 10_000;
const STALE_S = 300;

export class Movers {
  readonly #app: App;
  readonly #known = new Map<string, { mover: Mover; heard: number }>();
  #turn = -1;
  #timer = 0;

  constructor(app: App) {
    this.#app = app;
    app.store.subscribe((state, before) => state.t !== before.t && this.#known.size > 0 && this.#draw());
    document.addEventListener("visibilitychange", () => this.#next(0));
    this.#next(0);
  }

  #next(ms: number): void {
    clearTimeout(this.#timer);
    if (!document.hidden) this.#timer = window.setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    try {
      if (this.#app.connection.value.online) {
        const { turn, positions } = await api.positions(this.#turn);
        if (turn < this.#turn) this.#known.clear(); // the server has begun anew
        this.#turn = turn;
        const heard = performance.now();
        for (const mover of positions) this.#known.set(mover.id, { mover, heard });
      }
    } catch {
      // The bar on top says when the server is away; the ages go on growing.
    }
    if (this.#known.size > 0) this.#draw();
    this.#next(this.#known.size > 0 ? EVERY_MS : IDLE_MS);
  }

  #draw(): void {
    // Where they were is not kept: in the past there are none to show.
    if (this.#app.store.state.t !== null) {
      this.#app.movers.value = null;
      return;
    }
    const now = performance.now();
    let old = 0;
    const features = [...this.#known.values()].map(({ mover, heard }) => {
      const seconds = mover.age_s + (now - heard) / 1000;
      const stale = seconds > STALE_S;
      if (stale) old += 1;
      const label = stale ? `${mover.name}（${age(seconds * 1000, this.#app.lang)}）` : mover.name;
      return {
        type: "Feature" as const,
        properties: { stale, label, kind: mover.kind },
        geometry: { type: "Point" as const, coordinates: [mover.lon, mover.lat] },
      };
    });
    const data: FeatureCollection = { type: "FeatureCollection", features };
    this.#app.movers.value = { data, total: features.length, old };
  }
}
