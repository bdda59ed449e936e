/** The one box on top: what is typed is read as coordinates and looked for among all names, answers come as you type. */

import { announce } from "../announce";
import { api, isAbort } from "../api";
import type { App } from "../app";
import { type Child, debounce, fill, h, setAttr, text } from "../dom";
import { asFailure } from "../fetchers";
import { coordinate, integer, say } from "../format";
import { gradeMark } from "../grade-mark";
import { lens } from "./lens";
import type { Reading, SearchAnswer, SearchHit } from "./types";
import { matchWord, placeWords } from "./words";

/** Zoom of a place that was asked for, unless the map is nearer already. */
const PLACE_ZOOM = 12;
const AREA_ZOOM = 10;
const WAIT_MS = 70;

type Option = { element: HTMLElement; take: () => void };

export class Search {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #input: HTMLInputElement;
  readonly #list = h("div", { id: "search-list", role: "listbox", class: "search-list" });
  readonly #note = h("p", { class: "hint", role: "status", "data-testid": "search-note" });
  readonly #box: HTMLElement;
  #options: Option[] = [];
  #active = -1;
  #abort: AbortController | null = null;
  #answered = "";
  #takeFirst = false;
  readonly #askSoon = debounce(() => void this.#ask(), WAIT_MS);

  constructor(app: App) {
    this.#app = app;
    this.#input = h("input", {
      type: "search",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 400,
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": "search-list",
      "data-testid": "search-box",
    });
    this.#box = h(
      "div",
      { class: "search-answer", "data-testid": "search-answer", hidden: true },
      this.#note,
      this.#list,
    );
    const form = h(
      "form",
      { class: "search", role: "search" },
      lens(),
      this.#input,
      h("kbd", { "aria-hidden": "true" }, "/"),
      this.#box,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter();
    });
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => this.#show(false));
    this.#input.addEventListener("focus", () => {
      if (this.#input.value.trim()) this.#typed();
    });
    // A press on an option must not take the focus away before it counts.
    this.#box.addEventListener("mousedown", (event) => event.preventDefault());
    this.element = form;
    app.store.subscribe((state, before) => state.lang !== before.lang && this.#label());
    this.#label();
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  #label(): void {
    const t = placeWords(this.#app.lang);
    this.#input.placeholder = t("searchHint");
    this.#input.setAttribute("aria-label", t("searchLabel"));
    setAttr(this.#list, "aria-label", t("results"));
  }

  #typed(): void {
    this.#takeFirst = false;
    if (this.#input.value.trim()) this.#askSoon();
    else this.#show(false);
  }

  /** Enter takes the chosen answer, or the first one as soon as it is here. */
  #enter(): void {
    const typed = this.#input.value.trim();
    if (!typed) return;
    if (this.#answered === typed) {
      this.#take(Math.max(0, this.#active));
      return;
    }
    this.#takeFirst = true;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const typed = this.#input.value.trim();
    this.#abort?.abort();
    if (!typed) return;
    const mine = new AbortController();
    this.#abort = mine;
    try {
      const { view } = this.#app.store.state;
      const near: [number, number] | null = view ? [view.lon, view.lat] : null;
      const answer = await api.search(typed, near, this.#app.at, mine.signal);
      if (this.#abort !== mine) return;
      this.#draw(answer);
      this.#answered = typed;
      if (this.#takeFirst && this.#options.length > 0) this.#take(0);
    } catch (error) {
      if (isAbort(error) || this.#abort !== mine) return;
      const failure = asFailure(error);
      this.#options = [];
      fill(this.#list);
      this.#say(failure.offline ? this.#app.say("offlineFirst") : failure.words(this.#app.lang), true);
      this.#show(true);
    }
  }

  #draw(answer: SearchAnswer): void {
    const { lang } = this.#app;
    const t = placeWords(lang);
    this.#active = -1;
    this.#options = [
      ...answer.readings.slice(0, 6).map((one, n) => this.#reading(one, n, answer.readings)),
      ...answer.hits.map((one, n) => this.#hit(one, n + answer.readings.length)),
    ];
    fill(this.#list, ...this.#options.map((one) => one.element));
    const shown = answer.hits.length;
    if (answer.fault) this.#say(lang === "en" ? answer.fault.detail_en : answer.fault.detail, true);
    else if (this.#options.length === 0) this.#say(t("nothing", { q: answer.q }), true);
    else if (answer.cut) this.#say(t("cut"), true);
    else if (answer.about) this.#say(t("aboutHits"), false);
    else if (answer.total > shown && shown > 0)
      this.#say(t("more", { n: integer(answer.total, lang), shown }), false);
    else this.#say("", false);
    this.#show(true);
  }

  #say(words: string, bad: boolean): void {
    text(this.#note, words);
    this.#note.hidden = words === "";
    this.#note.classList.toggle("bad", bad);
  }

  #option(n: number, take: () => void, ...children: Child[]): Option {
    const element = h(
      "div",
      {
        class: "search-option",
        id: `search-option-${n}`,
        role: "option",
        "aria-selected": "false",
        "data-testid": "search-option",
      },
      ...children,
    );
    element.addEventListener("click", take);
    return { element, take };
  }

  #reading(one: Reading, n: number, all: readonly Reading[]): Option {
    const { lang } = this.#app;
    const t = placeWords(lang);
    const how = [say(one.title, lang), say(one.how, lang)].filter(Boolean).join(" · ");
    const notes = [n > 0 && one.likely ? t("perhaps") : "", one.inside ? "" : t("outside")].filter(Boolean);
    const second = all.find((other) => other.likely && other !== one) ?? null;
    return this.#option(
      n,
      () => this.#goTo(one, second),
      h("span", { class: "pin-sign", "aria-hidden": "true" }, n === 0 ? "◎" : "○"),
      h("span", { class: "name" }, coordinate(one.lon, one.lat)),
      h("span", { class: "sub" }, how),
      notes.length > 0 && h("span", { class: one.inside ? "sub" : "bad" }, notes.join(" · ")),
    );
  }

  #hit(one: SearchHit, n: number): Option {
    const { lang } = this.#app;
    const info = this.#app.layer(one.layer);
    const name = (lang === "en" && one.name_en) || one.name;
    const graded = info?.legend && one.grade !== null ? gradeMark(this.#app, one.grade) : null;
    const where = [say(info?.title, lang), one.areas.join(" "), one.match === "code" ? one.key : ""];
    return this.#option(
      n,
      () => this.#open(one),
      graded ? graded.swatch : h("span", { class: "pin-sign", "aria-hidden": "true" }, "·"),
      h("span", { class: "name" }, name),
      graded && h("span", { class: "sub" }, graded.words),
      h("span", { class: "sub" }, where.filter(Boolean).join(" · ")),
      h("span", { class: "sub match" }, matchWord(placeWords(lang), one.match)),
    );
  }

  #goTo(one: Reading, second: Reading | null): void {
    const { store, view } = this.#app;
    this.#done();
    this.#app.second.value = second ? [second.lon, second.lat] : null;
    store.set({ pin: [one.lon, one.lat], item: null, panel: null });
    view?.fly(one.lon, one.lat, Math.max(PLACE_ZOOM, store.state.view?.zoom ?? 0));
    announce(coordinate(one.lon, one.lat), false);
  }

  #open(one: SearchHit): void {
    const { store, view } = this.#app;
    this.#done();
    this.#app.second.value = null;
    const isPoint = this.#app.layer(one.layer)?.geometry === "point";
    store.set({ item: { layer: one.layer, key: one.key }, pin: [one.lon, one.lat], panel: null });
    const zoom = isPoint ? Math.max(PLACE_ZOOM, store.state.view?.zoom ?? 0) : AREA_ZOOM;
    view?.fly(one.lon, one.lat, zoom);
    announce(one.name, false);
  }

  #done(): void {
    this.#show(false);
    this.#input.blur();
  }

  #take(n: number): void {
    this.#takeFirst = false;
    this.#options[n]?.take();
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || this.#options.length === 0) return;
    event.preventDefault();
    const last = this.#options.length - 1;
    this.#active = Math.max(0, Math.min(last, this.#active + step));
    this.#options.forEach(({ element }, n) => {
      setAttr(element, "aria-selected", String(n === this.#active));
      if (n === this.#active) element.scrollIntoView({ block: "nearest" });
    });
    setAttr(this.#input, "aria-activedescendant", `search-option-${this.#active}`);
  }

  #show(on: boolean): void {
    this.#box.hidden = !on;
    setAttr(this.#input, "aria-expanded", String(on));
    if (on) return;
    setAttr(this.#input, "aria-activedescendant", null);
    this.#active = -1;
  }
}
