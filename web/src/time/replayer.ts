/** Keeps what is known of time: what there is to replay, and the storms of the moment that is shown. */

import { api, isAbort } from "../api";
import type { App } from "../app";
import { withLabels } from "./labels";
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

  /** Turn to a span; the slider changes when it is known what happened in it. */
  async choose(span: Span): Promise<void> {
    if (span.open) this.show(null);
    if ((await this.#ask(span)) && !span.open) this.show(span.begins);
  }

  async refresh(): Promise<void> {
    const { moment } = this;
    const span = this.#span.open ? lastHours(Date.now()) : this.#span;
    const isIn = moment === null || (moment >= span.begins && moment <= span.ends);
    const storms = this.#app.replay.value?.storms;
    if (isIn) await this.#ask(span);
    else if (storms) await this.#ask(spanFor(moment, Date.now(), storms));
    else if (await this.#ask(span)) return this.refresh(); // now the storms are known
    await this.#then();
  }

  async #ask(span: Span): Promise<boolean> {
    try {
      const found = await api.replay(span.begins, span.ends);
      this.#span = span;
      this.#app.replay.value = found;
      return true;
    } catch {
      return false; // the bar on top says when the server is away
    }
  }

  async #then(): Promise<void> {
    this.#storms.abort();
    const mine = new AbortController();
    this.#storms = mine;
    try {
      const at = this.#app.store.state.t ?? written(Date.now());
      const found = await api.storms(at, mine.signal);
      if (!mine.signal.aborted) this.#app.storms.value = withLabels(found);
    } catch (error) {
      if (!isAbort(error)) this.#app.storms.value = null;
    }
  }
}
