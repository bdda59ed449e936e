/** One place that holds the state, tells who listens, and keeps the URL equal to it. */

import { formatState, parseState, type State } from "./state";

export type Listener = (state: State, before: State) => void;

/** Changes that a person would want to go back from; the rest replaces the current history entry. */
const STEPS: readonly (keyof State)[] = ["item", "panel", "pin", "load"];

export class Store {
  #state: State;
  readonly #listeners: Listener[] = [];

  constructor() {
    this.#state = parseState(location.hash);
    addEventListener("popstate", () => this.#adopt(parseState(location.hash)));
  }

  get state(): State {
    return this.#state;
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Merge a change, write the URL and tell everyone. */
  set(patch: Partial<State>): void {
    const before = this.#state;
    const after = { ...before, ...patch };
    const isStep = STEPS.some(
      (key) => key in patch && JSON.stringify(patch[key]) !== JSON.stringify(before[key]),
    );
    this.#state = after;
    const url = `#${formatState(after)}`;
    if (url !== (location.hash || "#")) {
      if (isStep) history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    }
    for (const listener of this.#listeners) listener(after, before);
  }

  /** The link that reopens exactly this view. */
  link(): string {
    return `${location.origin}${location.pathname}#${formatState(this.#state)}`;
  }

  #adopt(state: State): void {
    const before = this.#state;
    this.#state = state;
    for (const listener of this.#listeners) listener(state, before);
  }
}
