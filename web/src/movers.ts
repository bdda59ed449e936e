/**
 * Vehicles, teams and aircraft on the map: asked for once a second while there are any, drawn with their age. In the
 * past they are drawn where they were known to be, with the age that the fix had then.
 */

import type { FeatureCollection } from "geojson";
import { api, isAbort } from "./api";
import type { App } from "./app";
import { age, bounded } from "./format";

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
/** Letters of a name on the map; the panel of a place has it whole. */
const LABEL = 24;

export class Movers {
  readonly #app: App;
  readonly #known = new Map<string, { mover: Mover; heard: number }>();
  #turn = -1;
  #timer = 0;
  /** What was known at the moment of the past that is shown. */
  #then: Mover[] | null = null;
  #asking = new AbortController();

  constructor(app: App) {
    this.#app = app;
    app.store.subscribe((state, before) => {
      if (state.t !== before.t) void this.#goTo(state.t);
      else if (state.lang !== before.lang) this.#draw();
    });
    void this.#goTo(app.store.state.t);
    document.addEventListener("visibilitychange", () => this.#next(0));
    this.#next(0);
  }

  async #goTo(moment: string | null): Promise<void> {
    this.#asking.abort();
    const mine = new AbortController();
    this.#asking = mine;
    this.#then = null;
    try {
      if (moment !== null) {
        const { positions } = await api.positionsAt(moment, mine.signal);
        if (mine.signal.aborted) return;
        this.#then = positions;
      }
    } catch (error) {
      if (isAbort(error)) return; // another moment is asked for; else there are none to show
    }
    this.#draw();
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
    if (this.#app.store.state.t === null) this.#draw();
    this.#next(this.#known.size > 0 ? EVERY_MS : IDLE_MS);
  }

  #draw(): void {
    const now = performance.now();
    if (this.#app.store.state.t !== null) this.#show(this.#then ?? [], true);
    else
      this.#show(
        [...this.#known.values()].map((one) => grown(one.mover, (now - one.heard) / 1000)),
        false,
      );
  }

  #show(movers: readonly Mover[], isPast: boolean): void {
    const { lang } = this.#app;
    if (movers.length === 0) {
      this.#app.movers.value = null;
      return;
    }
    const features = movers.map((mover) => {
      const stale = mover.age_s > STALE_S;
      const name = bounded(mover.name, LABEL);
      const label = stale || isPast ? `${name}（${age(mover.age_s * 1000, lang)}）` : name;
      return {
        type: "Feature" as const,
        properties: { stale, label, kind: mover.kind },
        geometry: { type: "Point" as const, coordinates: [mover.lon, mover.lat] },
      };
    });
    const data: FeatureCollection = { type: "FeatureCollection", features };
    const old = movers.filter((mover) => mover.age_s > STALE_S).length;
    this.#app.movers.value = { data, total: features.length, old };
  }
}

function grown(mover: Mover, seconds: number): Mover {
  return { ...mover, age_s: mover.age_s + seconds };
}
