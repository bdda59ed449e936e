/** What is fetched as the state changes: counts in view, the selected object, the coverage. */

import { api, isAbort, RequestFailed } from "./api";
import type { App, Result } from "./app";
import { closedArea } from "./coverage-style";
import { debounce } from "./dom";
import type { Signal } from "./signal";
import type { CoverageState, State } from "./state";
import { layersOn } from "./style";
import type { Base, Bounds, Counts, Coverage, CoverageRequest } from "./types";

export function asFailure(error: unknown): RequestFailed {
  if (error instanceof RequestFailed) return error;
  return new RequestFailed({ status: 0, code: "client", detail: String(error) }, false);
}

/** Keeps one request of a kind under way: a new one cancels the last. */
export class Latest<T> {
  readonly #out: Signal<Result<T>>;
  #abort: AbortController | null = null;

  constructor(out: Signal<Result<T>>) {
    this.#out = out;
  }

  async run(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.#abort?.abort();
    const mine = new AbortController();
    this.#abort = mine;
    this.#out.value = { ...this.#out.value, loading: true, error: null };
    try {
      const data = await ask(mine.signal);
      if (this.#abort === mine) this.#out.value = { data, loading: false, error: null };
    } catch (error) {
      if (this.#abort !== mine || isAbort(error)) return;
      const failure = asFailure(error);
      // Without a connection the last answer stays on screen; a refusal must not stand beside old figures.
      const data = failure.offline ? this.#out.value.data : null;
      this.#out.value = { data, loading: false, error: failure };
    }
  }

  clear(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#out.value = { data: null, loading: false, error: null };
  }
}

/** Response times drawn as bands, in minutes. */
export const BANDS_MIN = [20, 30, 45, 60] as const;

/** Ids of the bases that count where nobody has chosen any. */
export function countedIds(settings: CoverageState, known: readonly Base[]): string[] {
  const counts = (one: Base) => one.status === "ready" || (!settings.now && one.status !== "off");
  return known.filter(counts).map((one) => one.id);
}

/** The bases asked about: ids, moved ones at their new place, added ones; undefined leaves the choice to the server. */
function basesOf(settings: CoverageState, known: readonly Base[]): CoverageRequest["bases"] {
  const { bases, moved, added } = settings;
  const isMoved = Object.keys(moved).length > 0;
  if (!bases && !isMoved && added.length === 0) return undefined;
  const ids = bases ?? countedIds(settings, known);
  const placed = ids.map((id) => {
    const to = moved[id];
    return to ? { like: id, lon: to[0], lat: to[1] } : id;
  });
  return [...placed, ...added.map(([lon, lat], i) => ({ lon, lat, name: `+${i + 1}` }))];
}

/** The body of a coverage request. What is left out, the server takes from each base. */
export function coverageRequest(settings: CoverageState, known: readonly Base[] = []): CoverageRequest {
  const bases = basesOf(settings, known);
  return {
    ...(bases ? { bases } : {}),
    ...(settings.wind ? { wind: { speed_mps: settings.wind.speed, from_deg: settings.wind.from } } : {}),
    ...(settings.rose.length === 0
      ? {}
      : {
          wind_rose: settings.rose.map(({ speed, from, share }) => ({
            speed_mps: speed,
            from_deg: from,
            share,
          })),
        }),
    ...(settings.hospital === null ? {} : { hospital_within_min: settings.hospital }),
    ...(settings.aircraft === null ? {} : { aircraft: settings.aircraft }),
    ...(settings.scene === null ? {} : { on_scene_min: settings.scene }),
    ...(settings.visibility === null ? {} : { visibility_m: settings.visibility }),
    ...(settings.night ? { night: true } : {}),
    ...(settings.now ? { when: "now" as const } : {}),
    ...(settings.noFly.length === 0 ? {} : { no_fly: settings.noFly.map(closedArea) }),
    ...(settings.bands ? { bands_min: [...BANDS_MIN] } : {}),
    ...(settings.prep === null ? {} : { preparation_min: settings.prep }),
    response_min: settings.resp,
    ...(settings.speed === null ? {} : { cruise_kmh: settings.speed }),
    ...(settings.radius === null ? {} : { radius_km: settings.radius }),
  };
}

export class Fetchers {
  readonly #app: App;
  readonly #bounds: () => Bounds;
  readonly #drawn: Promise<unknown>;
  readonly #item;
  readonly #coverage: Latest<Coverage>;
  readonly countSoon = debounce(() => void this.#count(), 120);
  #covering = false;
  #coverAgain = false;
  #counting: AbortController | null = null;

  /** `drawn` is kept once the map can be used: the heaviest answer must not come before it. */
  constructor(app: App, bounds: () => Bounds, drawn: Promise<unknown>) {
    this.#app = app;
    this.#bounds = bounds;
    this.#drawn = drawn;
    this.#item = new Latest(app.item);
    this.#coverage = new Latest(app.coverage);
    app.store.subscribe((state, before) => this.#follow(state, before));
  }

  /** Fetch everything that the page shows now. */
  all(): void {
    this.countSoon();
    this.#select();
    void this.#loadBases();
  }

  #follow(state: State, before: State): void {
    const counted = ["layers", "view", "parts"] as const;
    if (counted.some((key) => state[key] !== before[key])) this.countSoon();
    if (JSON.stringify(state.item) !== JSON.stringify(before.item)) this.#select();
    if (JSON.stringify(state.coverage) !== JSON.stringify(before.coverage)) void this.#live();
  }

  async #count(): Promise<void> {
    const { catalogue, store, counts } = this.#app;
    if (!catalogue.value) return;
    this.#counting?.abort();
    const mine = new AbortController();
    this.#counting = mine;
    const on = layersOn(catalogue.value, store.state);
    const wanted = catalogue.value.layers.filter(
      (one) => on.has(one.id) && one.legend && one.kind === "vector" && one.status === "loaded",
    );
    const bbox = this.#bounds();
    const found = new Map<string, Counts | null>();
    let missed = false;
    await Promise.all(
      wanted.map(async (one) => {
        try {
          const when = { at: this.#app.at, filter: store.state.parts[one.id] ?? null };
          found.set(one.id, await api.counts(one.id, bbox, when, mine.signal));
        } catch (error) {
          // While the server is away the last figures stay, with their age; after a refusal there are none.
          const last = asFailure(error).offline ? counts.value.get(one.id) : null;
          missed ||= last !== null;
          found.set(one.id, last ?? null);
        }
      }),
    );
    if (mine.signal.aborted) return;
    if (!missed) this.#app.countedAt.value = Date.now();
    counts.value = found;
  }

  #select(): void {
    const { item } = this.#app.store.state;
    const info = item && this.#app.layer(item.layer);
    if (!item || !info) this.#item.clear();
    else void this.#item.run((signal) => api.item(item.layer, item.key, this.#app.at, signal));
  }

  async #loadBases(): Promise<void> {
    const { bases } = this.#app;
    bases.value = { ...bases.value, loading: true };
    await this.#drawn;
    try {
      bases.value = { data: await api.bases(), loading: false, error: null };
    } catch (error) {
      bases.value = { data: bases.value.data, loading: false, error: asFailure(error) };
    }
    await this.#cover();
  }

  /** While a base or a slider is dragged: one question at a time, and after it the newest, so that answers follow. */
  async #live(): Promise<void> {
    if (this.#covering) {
      this.#coverAgain = true;
      return;
    }
    this.#covering = true;
    do {
      this.#coverAgain = false;
      await this.#cover();
    } while (this.#coverAgain);
    this.#covering = false;
  }

  async #cover(): Promise<void> {
    const { bases, store } = this.#app;
    const settings = store.state.coverage;
    if (!settings.on || (bases.value.data && bases.value.data.bases.length === 0))
      return this.#coverage.clear();
    if (settings.bases?.length === 0 && settings.added.length === 0) return this.#coverage.clear();
    const asked = coverageRequest(settings, bases.value.data?.bases ?? []);
    await this.#coverage.run((signal) => api.coverage(asked, signal));
  }
}
