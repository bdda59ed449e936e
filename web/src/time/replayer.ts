/** Keeps what is known of time: what there is to replay, and the storms of the moment that is shown. */

import { api, isAbort } from "../api";
import type { App } from "../app";
import { lastHours, type Span, spanFor, written } from "./moments";

export class Replayer {
  readonly #app: App;
  #storms = new AbortController();
  #span: Span = lastHours(Date.now());

  constructor(app: App) {
    this.#app = app;
    app.store.subscribe((state, before) => {
      if (state.t !== before.t) void this.#then();
    });
    app.catalogue.subscribe(() => void this.refresh());
  }

  get span(): Span {
    return this.#span;
  }

  /** The moment that is shown, in milliseconds; null is now. */
  get moment(): number | null {
    const { t } = this.#app.store.state;
    return t === null ? null : Date.parse(t);
  }

  /** Show a moment; the end of a span that ends now is now. */
  show(moment: number | null): void {
    const isNow = moment === null || (this.#span.open && moment >= this.#span.ends);
    this.#app.store.set({ t: isNow ? null : written(moment) });
  }

  async choose(span: Span): Promise<void> {
    this.#span = span;
    this.show(span.open ? null : span.begins);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    try {
      if (this.#span.open) this.#span = lastHours(Date.now());
      const known = this.#app.replay.value ?? (await api.replay(this.#span.begins, this.#span.ends));
      const { moment } = this;
      if (moment !== null && (moment < this.#span.begins || moment > this.#span.ends))
        this.#span = spanFor(moment, Date.now(), known.storms);
      this.#app.replay.value = await api.replay(this.#span.begins, this.#span.ends);
    } catch {
      // The bar on top says when the server is away.
    }
    await this.#then();
  }

  async #then(): Promise<void> {
    this.#storms.abort();
    const mine = new AbortController();
    this.#storms = mine;
    try {
      const at = this.#app.store.state.t ?? written(Date.now());
      const found = await api.storms(at, mine.signal);
      if (!mine.signal.aborted) this.#app.storms.value = found;
    } catch (error) {
      if (!isAbort(error)) this.#app.storms.value = null;
    }
  }
}
