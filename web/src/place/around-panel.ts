/** Everything about the chosen place, asked for in one request and shown from one answer. */

import { announce } from "../announce";
import { api } from "../api";
import type { App } from "../app";
import { errorBox } from "../coverage-panel";
import { button, fill, h } from "../dom";
import { Latest } from "../fetchers";
import { say } from "../format";
import { copyText } from "../keyboard";
import { printBriefing } from "./briefing";
import { PlaceControls } from "./controls";
import { footBody } from "./foot";
import { hazards, people, rescue, shelters, sources, targets, worst, zones } from "./sections";
import type { Around, Away } from "./types";
import { placeWords } from "./words";

/** Hazards and targets that are listed at first, and all that the server gives. */
const FEW = 30;
const MOST = 2000;

export class AroundPanel {
  readonly element = h("section", { class: "around", "data-testid": "around" });
  readonly controls: PlaceControls;
  readonly #app: App;
  readonly #answer = h("div", {
    "data-testid": "around-answer",
    "aria-live": "polite",
    "aria-busy": "false",
  });
  readonly #latest: Latest<Around>;
  #askedFor = "";
  #most: number = FEW;
  /** Whether the sheet was asked for while the answer was on its way. */
  #isPrintNext = false;
  /** The question whose answer is on screen. */
  #answeredFor = "";

  constructor(app: App) {
    this.#app = app;
    this.#latest = new Latest(app.around);
    this.controls = new PlaceControls(app, () =>
      app.area?.start("foot", (places) => app.store.set({ foot: { kind: "drawn", places } })),
    );
    fill(this.element, this.controls.element, this.#answer);
    app.around.subscribe(() => this.#draw());
    app.item.subscribe(() => this.#follow());
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang || state.theme !== before.theme) this.#draw();
      this.#follow();
    });
  }

  /** The chosen place: the pin, else the middle of the chosen point. */
  place(): [lon: number, lat: number] | null {
    const { pin, item } = this.#app.store.state;
    if (pin) return pin;
    const { data } = this.#app.item.value;
    const isPoint = item && this.#app.layer(item.layer)?.geometry === "point";
    return isPoint && data?.key === item.key ? data.centre : null;
  }

  refetch(): void {
    this.#askedFor = "";
    this.#follow();
  }

  #follow(): void {
    const { hazard, foot } = this.#app.store.state;
    const { at } = this.#app;
    const place = this.place();
    this.element.hidden = place === null;
    const moved = JSON.stringify(place) !== JSON.stringify(JSON.parse(this.#askedFor || "[]")[0] ?? null);
    if (moved) this.#most = FEW;
    const asked = JSON.stringify([place, hazard, foot, at, this.#most]);
    if (asked === this.#askedFor || !this.#app.catalogue.value) return;
    this.#askedFor = asked;
    // The answer about another place must not stand beside this one.
    if (!place || moved) this.#latest.clear();
    if (!place) return;
    const [lon, lat] = place;
    const body = { lon, lat, hazard, footprint: footBody(foot), most: this.#most, ...(at ? { at } : {}) };
    void this.#latest.run(async (signal) => {
      const found = await api.around(body, signal);
      this.#answeredFor = asked;
      return found;
    });
  }

  #draw(): void {
    const { data, loading, error } = this.#app.around.value;
    const { say: t, lang } = this.#app;
    this.#answer.setAttribute("aria-busy", String(loading));
    this.#answer.classList.toggle("stale", data !== null && !this.#isCurrent());
    if (!data) {
      const words = error && (error.offline ? t("offlineFirst") : error.words(lang));
      const box = error && words ? errorBox(words, error.problem.code, t("code")) : null;
      const waiting = loading && h("p", { class: "note", role: "status" }, t("loading"));
      fill(this.#answer, box, waiting, loading && skeleton());
      if (!loading) this.#isPrintNext = false;
      return;
    }
    const open = [...this.#answer.querySelectorAll("details")].map((one) => one.open);
    const take = (away: Away) => this.#take(away);
    const all = () => {
      this.#most = MOST;
      this.#follow();
    };
    fill(
      this.#answer,
      this.#isCurrent() || loading
        ? null
        : h("p", { class: "sum bad", role: "alert" }, placeWords(lang)("notThis")),
      people(this.#app, data),
      worst(this.#app, data),
      this.#actions(),
      rescue(this.#app, data, take),
      shelters(this.#app, data, take),
      hazards(this.#app, data, take, all),
      targets(this.#app, data, take, all),
      zones(this.#app, data),
      sources(this.#app, data),
    );
    [...this.#answer.querySelectorAll("details")].forEach((one, n) => {
      one.open = open[n] ?? false;
    });
    if (this.#isPrintNext && !loading) {
      this.#isPrintNext = false;
      void this.brief();
    }
  }

  #actions(): HTMLElement {
    const t = placeWords(this.#app.lang);
    return h(
      "div",
      { class: "place-actions" },
      button({ class: "plain", "data-testid": "briefing", title: "P" }, () => void this.brief(), t("brief")),
      button(
        { class: "plain", "data-testid": "copy-summary", title: "T" },
        () => void this.copySummary(),
        t("copySummary"),
      ),
    );
  }

  /** Whether the answer on screen is that to what is set now: offline it may be an older one. */
  #isCurrent(): boolean {
    return this.#answeredFor === this.#askedFor;
  }

  /** The answer, where it is the one to what is set now; else says that there is none. */
  #current(): Around | null {
    const { data } = this.#app.around.value;
    if (data && this.#isCurrent()) return data;
    announce(placeWords(this.#app.lang)("notThis"), true);
    return null;
  }

  async copySummary(): Promise<void> {
    const data = this.#current();
    if (!data) return;
    const done = await copyText(`${say(data.summary, this.#app.lang)}\n${this.#app.store.link()}`);
    announce(done ? placeWords(this.#app.lang)("copied") : this.#app.say("linkFailed"), true);
  }

  /** Print the sheet; where the answer is still on its way, as soon as it is here. */
  async brief(): Promise<void> {
    if (this.#app.around.value.loading && !this.#isCurrent()) {
      this.#isPrintNext = true;
      announce(this.#app.say("loading"), true);
      return;
    }
    const data = this.#current();
    if (data) await printBriefing(this.#app, data);
  }

  /** Show an object of a list; the place stays. */
  #take(away: Away): void {
    const { store, view } = this.#app;
    const place = this.place();
    store.set({ item: { layer: away.layer, key: away.key }, ...(place ? { pin: place } : {}) });
    if (!place) return;
    const [west, east] = [Math.min(place[0], away.lon), Math.max(place[0], away.lon)];
    const [south, north] = [Math.min(place[1], away.lat), Math.max(place[1], away.lat)];
    view?.show([west, south, east, north]);
  }
}

function skeleton(): HTMLElement {
  const line = () => h("p", { class: "skeleton" }, " ");
  return h(
    "div",
    { class: "loading", "aria-hidden": "true" },
    line(),
    line(),
    line(),
    line(),
    line(),
    line(),
  );
}
