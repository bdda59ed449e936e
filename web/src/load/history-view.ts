/** The record of loads, of one layer or all, the newest first; each row opens its load. */

import { button, type Child, h } from "../dom";
import { asFailure } from "../fetchers";
import { say } from "../format";
import { loadsApi } from "./client";
import { block, select } from "./controls";
import { countsWords, moment, stateWords } from "./format";
import type { LoadSession } from "./session";
import type { LoadAnswer } from "./types";
import { codeWord, loadWords } from "./words";

const AT_A_TIME = 12;

export class HistoryView {
  layer: string | null = null;
  readonly #session: LoadSession;
  readonly #onChange: () => void;
  #loads: LoadAnswer[] = [];
  #more = false;
  #failure: string | null = null;
  #asked = 0;

  constructor(session: LoadSession, onChange: () => void) {
    this.#session = session;
    this.#onChange = onChange;
  }

  /** What a drawing depends on. */
  get mark(): unknown {
    return [
      this.layer,
      this.#more,
      this.#failure,
      this.#loads.map((one) => [one.id, one.revision, one.state]),
    ];
  }

  /** Fetch the newest loads, or (`older`) the next ones. */
  async fetch(older = false): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const offset = older ? this.#loads.length : 0;
    try {
      const { loads } = await loadsApi.list(this.layer, AT_A_TIME, offset);
      if (mine !== this.#asked) return;
      this.#loads = older ? [...this.#loads, ...loads] : loads;
      this.#more = loads.length === AT_A_TIME;
      this.#failure = null;
    } catch (error) {
      if (mine !== this.#asked) return;
      const failure = asFailure(error);
      this.#failure = failure.offline ? null : failure.words(this.#session.app.lang);
    }
    this.#onChange();
  }

  draw(): Child[] {
    const { lang } = this.#session.app;
    const words = loadWords(lang);
    const targets = this.#session.targets.value.data?.targets ?? [];
    const choices = [
      { value: "", label: words("historyAll") },
      ...targets.map((one) => ({ value: one.id, label: say(one.title, lang) })),
    ];
    const attrs = {
      "aria-label": this.#session.app.say("layers"),
      "data-keep": "history-layer",
      "data-testid": "history-layer",
    };
    const pick = select(attrs, choices, this.layer ?? "", (value) => {
      this.layer = value || null;
      void this.fetch();
    });
    const list = h("div", { "data-list": "loads" }, ...this.#loads.map((one) => this.#row(one)));
    const none =
      this.#loads.length === 0 && !this.#failure && h("p", { class: "hint" }, words("historyNone"));
    const failed = this.#failure && h("p", { class: "bad" }, this.#failure);
    const older =
      this.#more && button({ class: "link load-more" }, () => void this.fetch(true), words("older"));
    return [block(words("history"), pick, list, none, failed, older)];
  }

  #row(load: LoadAnswer): HTMLElement {
    const { app } = this.#session;
    const { lang } = app;
    const words = loadWords(lang);
    const target = this.#session.target(load.layer);
    const title = target?.title ?? app.layer(load.layer ?? "")?.title;
    const layer = title ? say(title, lang) : (load.layer ?? "");
    const kind = load.kind === "file" ? "" : codeWord(words, "kind", load.kind);
    const named = load.file !== "";
    const parts = [moment(load.started_at), named && layer, kind, load.person].filter(Boolean);
    const isChange = target?.kind !== "raster" && (load.state === "loaded" || load.state === "checked");
    return button(
      {
        class: "load-row",
        "data-row": "",
        "data-testid": "load-row",
        "data-load": load.id,
        "data-keep": load.id,
      },
      () => app.store.set({ load: load.id }),
      h(
        "span",
        { class: "name" },
        load.file || layer || load.id,
        h("span", { class: "sub" }, parts.join(" · ")),
      ),
      h(
        "span",
        { class: `state ${load.state}` },
        stateWords(load, words),
        h("span", { class: "sub" }, isChange ? countsWords(load, lang) : ""),
      ),
    );
  }
}
