/** The coverage in four figures, below the layers. */

import type { App } from "./app";
import { ruleSum, worstLoss } from "./coverage-words";
import { button, fill, h, text } from "./dom";
import { percent } from "./format";

const KEYS = ["land", "people", "twice", "loss"] as const;
type Key = (typeof KEYS)[number];

export class CoverageBlock {
  readonly element = h("section", {
    class: "block coverage-block",
    "data-testid": "coverage-block",
    "aria-live": "polite",
  });
  readonly #app: App;
  #figures = new Map<Key, { name: HTMLElement; value: HTMLElement }>();
  #sum = h("span", { class: "col-head" });
  #note = h("div");
  #rows = h("div");
  #box = h("input", { type: "checkbox" });

  constructor(app: App) {
    this.#app = app;
    app.coverage.subscribe(() => this.#update());
    app.bases.subscribe(() => this.#update());
    app.store.subscribe(() => this.#update());
  }

  build(): void {
    const { say, store } = this.#app;
    this.#figures = new Map();
    this.#box = h("input", {
      type: "checkbox",
      "data-testid": "coverage-toggle",
      "aria-label": say("coverageDraw"),
    });
    this.#box.addEventListener("change", () => {
      store.set({ coverage: { ...store.state.coverage, on: this.#box.checked } });
    });
    this.#sum = h("span", { class: "col-head", "data-testid": "cov-sum" });
    this.#note = h("div");
    this.#rows = h("div", { class: "figures" });
    for (const key of KEYS) {
      const name = h("span", { class: "name" });
      const value = h("span", { class: "figure strong", "data-testid": `cov-${key}` }, "\u00a0");
      this.#figures.set(key, { name, value });
      this.#rows.append(h("div", { class: `row figure-row ${key}` }, name, value));
    }
    const open = () => store.set({ panel: "coverage" });
    const more = button({ class: "link", "data-testid": "coverage-open" }, open, say("covDetails"), " ›");
    const head = h("label", { class: "block-head" }, this.#box, h("h2", {}, say("coverage")), this.#sum);
    fill(this.element, head, this.#note, this.#rows, more);
    this.#update();
  }

  #update(): void {
    const { say, lang, store, coverage, bases } = this.#app;
    const { data, loading, error } = coverage.value;
    const on = store.state.coverage.on;
    this.#box.checked = on;
    const empty = bases.value.data?.bases.length === 0;
    const none = store.state.coverage.bases?.length === 0;
    const problem = on && (error ?? bases.value.error);
    this.#rows.hidden = !on || empty || none || Boolean(problem && !data);
    const words = empty
      ? say("noBases")
      : none
        ? say("pickBase")
        : problem && !problem.offline
          ? problem.words(lang)
          : "";
    fill(
      this.#note,
      on && words
        ? h("p", { class: error ? "hint bad" : "hint", "data-testid": "coverage-note" }, words)
        : null,
    );
    text(this.#sum, (data && on && ruleSum(data.rule, lang)) || "");
    const loss = data && worstLoss(data);
    this.#put("land", say("covLand"), data?.covered_share, loading);
    this.#put("people", say("covPeople"), data?.covered_people_share, loading);
    this.#put("twice", say("covTwice"), data?.twice_covered_people_share, loading);
    this.#put(
      "loss",
      say("covLoss", { name: (lang === "en" && loss?.name_en) || (loss?.name ?? "…") }),
      loss?.without_covered_people_share,
      loading,
    );
  }

  #put(key: Key, name: string, share: number | null | undefined, loading: boolean): void {
    const row = this.#figures.get(key);
    if (!row) return;
    text(row.name, name);
    text(row.value, share === undefined ? "\u00a0" : percent(share, this.#app.lang));
    row.value.classList.toggle("skeleton", share === undefined && loading);
    row.value.classList.toggle("stale", loading);
  }
}
