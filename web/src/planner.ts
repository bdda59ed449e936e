/** What a planner tries: a scenario kept as A against the one on screen, and the best place for one more base. */

import { api, type RequestFailed } from "./api";
import type { App } from "./app";
import { asFailure, countedIds, coverageRequest } from "./fetchers";
import { Signal } from "./signal";
import type { Comparison, CoverageRequest, SiteJob, SiteRequest } from "./types";

/** Candidates stand on a grid of this step over the land. */
export const GRID_M = 15_000;
const LOOK_AGAIN_MS = 250;

export type Trial = {
  a: CoverageRequest | null;
  comparison: Comparison | null;
  job: SiteJob | null;
  error: RequestFailed | null;
  /** Whether the comparison is of a layout that has changed since. */
  stale: boolean;
};

export class Planner {
  readonly trial = new Signal<Trial>({
    a: null,
    comparison: null,
    job: null,
    error: null,
    stale: false,
  });
  readonly #app: App;
  /** The question that the best place answers; of another one it says nothing. */
  #asked = "";
  #comparing = 0;

  constructor(app: App) {
    this.#app = app;
    this.trial.subscribe(({ comparison, job }) => {
      app.comparison.value = comparison;
      const found = job?.result?.sites[0];
      app.best.value = found ? { lon: found.lon, lat: found.lat, number: 1, adds: found.adds } : null;
    });
    app.coverage.subscribe(({ data, loading }) => {
      if (!this.trial.value.a) return;
      if (loading) this.#set({ stale: true });
      else if (data) void this.#compare();
      else this.#set({ comparison: null, stale: false });
    });
    app.store.subscribe((state, before) => {
      if (state.coverage === before.coverage || !this.trial.value.job) return;
      if (this.#asked !== JSON.stringify(this.#question())) void this.stop();
    });
  }

  /** The question on screen, as it is sent. */
  request(): CoverageRequest {
    const { store, bases } = this.#app;
    return coverageRequest(store.state.coverage, bases.value.data?.bases ?? []);
  }

  /** Keep the scenario on screen as A, or forget it. */
  keep(on: boolean): void {
    this.#comparing += 1;
    this.#set({ a: on ? this.request() : null, comparison: null, error: null, stale: false });
    if (on) void this.#compare();
  }

  async #compare(): Promise<void> {
    const { a } = this.trial.value;
    if (!a) return;
    this.#comparing += 1;
    const mine = this.#comparing;
    try {
      const comparison = await api.compare(a, this.request());
      if (mine === this.#comparing) this.#set({ comparison, error: null, stale: false });
    } catch (error) {
      if (mine === this.#comparing) this.#set({ comparison: null, error: asFailure(error), stale: false });
    }
  }

  /** The question for one more base: bases that do not count on screen do not count here either. */
  #question(): SiteRequest {
    const { store, bases: known } = this.#app;
    const { bases, bands_min: _, when: __, hospital_within_min: ___, ...rule } = this.request();
    const ready = store.state.coverage.now
      ? countedIds(store.state.coverage, known.value.data?.bases ?? [])
      : null;
    const fixed = bases ?? ready;
    return { ...rule, ...(fixed ? { fixed } : {}), p: 1, grid_m: GRID_M };
  }

  /** Look for the place where one more base reaches most people beyond those that are reached. */
  async oneMore(): Promise<void> {
    const asked = this.#question();
    this.#asked = JSON.stringify(asked);
    try {
      let job = await api.site(asked);
      this.#set({ job, error: null });
      while (job.state === "waiting" || job.state === "running") {
        await new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
        if (this.trial.value.job?.id !== job.id) return;
        job = await api.siteJob(job.id);
        this.#set({ job });
      }
    } catch (error) {
      this.#set({ job: null, error: asFailure(error) });
    }
  }

  async stop(): Promise<void> {
    const { job } = this.trial.value;
    this.#set({ job: null });
    if (job?.state === "waiting" || job?.state === "running")
      await api.siteStop(job.id).catch(() => undefined);
  }

  /** Put a base at a place of the plan. */
  add(lon: number, lat: number): void {
    const { store } = this.#app;
    const added: [number, number][] = [...store.state.coverage.added, [lon, lat]];
    store.set({ coverage: { ...store.state.coverage, added } });
    this.#set({ job: null });
  }

  #set(change: Partial<Trial>): void {
    this.trial.value = { ...this.trial.value, ...change };
  }
}

/** Ask for the answer as a file and hand it to the browser. */
export async function saveAs(form: string, asked: CoverageRequest): Promise<void> {
  const { name, blob } = await api.coverageFile(form, asked);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
