/** The slider in the bar below, and the strip that says that the map shows the past. */

import { announce } from "../announce";
import type { App } from "../app";
import { button, debounce, fill, h, setAttr, text } from "../dom";
import { lastHours, layersAt, MINUTE, nextChange, spanOf, spoken, stormWords } from "./moments";
import type { Replayer } from "./replayer";
import { timeWords } from "./words";

const STEP_MIN = 5;
const FRAMES = 72;
const FRAME_MS = 500;
/** While the slider is dragged the map follows at this pace. */
const FOLLOW_MS = 120;

export class TimeBar {
  readonly element = h("div", { class: "time-bar", role: "group", "data-testid": "time-bar" });
  readonly strip = h("div", {
    class: "time-strip",
    role: "status",
    hidden: true,
    "data-testid": "time-strip",
  });
  readonly #app: App;
  readonly #replayer: Replayer;
  readonly #slider = h("input", { type: "range", step: STEP_MIN, "data-testid": "time-slider" });
  readonly #when = h("output", { class: "time-when", "data-testid": "time-when" });
  readonly #span = h("select", { "data-testid": "time-span" });
  readonly #play: HTMLButtonElement;
  readonly #words = h("span");
  readonly #storms = h("span", { class: "time-note time-storms", "data-testid": "time-storms" });
  readonly #note = h("span", { class: "time-note" });
  readonly #back: HTMLButtonElement;
  #timer = 0;

  constructor(app: App, replayer: Replayer) {
    this.#app = app;
    this.#replayer = replayer;
    this.#play = button({ class: "plain", "data-testid": "time-play" }, () => this.#toggle());
    this.#back = button({ class: "plain", "data-testid": "time-now" }, () => this.#now());
    fill(this.element, this.#span, this.#play, this.#slider, this.#when);
    fill(this.strip, this.#words, this.#storms, this.#note, this.#back);
    const follow = debounce(() => this.#replayer.show(this.#shown()), FOLLOW_MS);
    this.#slider.addEventListener("input", () => {
      this.#stop();
      this.#say(this.#shown());
      follow();
    });
    this.#span.addEventListener("change", () => this.#choose());
    addEventListener("keydown", (event) => this.#key(event));
    app.replay.subscribe(() => this.#draw());
    app.storms.subscribe(() => this.#drawStrip());
    app.store.subscribe((state, before) => {
      if (state.t !== before.t || state.lang !== before.lang) this.#draw();
    });
    this.#draw();
  }

  get #t() {
    return timeWords(this.#app.lang);
  }

  #shown(): number {
    return Number(this.#slider.value) * MINUTE;
  }

  #draw(): void {
    const { span, moment } = this.#replayer;
    const t = this.#t;
    const storms = this.#app.replay.value?.storms ?? [];
    const options = [
      h("option", { value: "last" }, t("lastHours")),
      ...storms.map((one) => h("option", { value: one.storm }, `${one.storm} ${one.name ?? ""}`)),
      span.id === "then" && h("option", { value: "then" }, t("aroundThen")),
    ];
    fill(this.#span, ...options);
    this.#span.value = span.id;
    setAttr(this.#slider, "min", span.begins / MINUTE);
    setAttr(this.#slider, "max", span.ends / MINUTE);
    this.#slider.value = String((moment ?? span.ends) / MINUTE);
    setAttr(this.element, "aria-label", t("time"));
    setAttr(this.#slider, "aria-label", t("time"));
    setAttr(this.#span, "aria-label", t("span"));
    this.#say(moment);
    this.#drawPlay();
    this.#drawStrip();
  }

  #say(moment: number | null): void {
    const { span } = this.#replayer;
    const isNow = moment === null || (span.open && moment >= span.ends);
    const words = isNow ? this.#t("now") : spoken(moment);
    text(this.#when, words);
    setAttr(this.#slider, "aria-valuetext", words);
  }

  #drawPlay(): void {
    const words = this.#t(this.#timer ? "pause" : "play");
    text(this.#play, this.#timer ? "❚❚" : "▶");
    setAttr(this.#play, "aria-label", words);
    setAttr(this.#play, "title", words);
  }

  #drawStrip(): void {
    const { store, replay } = this.#app;
    const { t: moment } = store.state;
    const t = this.#t;
    this.strip.hidden = moment === null;
    setAttr(document.documentElement, "data-past", moment !== null);
    if (moment === null) return;
    const from = replay.value?.layers_from;
    const older = from && layersAt(moment, replay.value) === null;
    const movers = replay.value?.positions_from;
    const isBefore = movers && Date.parse(moment) < Date.parse(movers);
    const said = [
      t("past", { when: spoken(moment) }),
      older && t("layersOfNow", { from: spoken(from) }),
      isBefore && t("noMovers", { from: spoken(movers) }),
    ];
    text(this.#words, said.filter(Boolean).join(" · "));
    text(this.#storms, stormWords(this.#app.storms.value, this.#app.lang));
    text(this.#note, t("pastNote"));
    text(this.#back, t("toNow"));
  }

  #choose(): void {
    this.#stop();
    const storm = this.#app.replay.value?.storms.find((one) => one.storm === this.#span.value);
    void this.#replayer.choose(storm ? spanOf(storm) : lastHours(Date.now()));
  }

  #now(): void {
    this.#stop();
    void this.#replayer.choose(lastHours(Date.now()));
    announce(this.#t("now"));
    this.#slider.focus();
  }

  /** `,` and `.` go from change to change, whatever has the focus. */
  #key(event: KeyboardEvent): void {
    const step = event.key === "." ? 1 : event.key === "," ? -1 : 0;
    const isText =
      event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea");
    if (step === 0 || isText || event.ctrlKey || event.metaKey || event.altKey) return;
    this.#stop();
    const { span, moment } = this.#replayer;
    const found = nextChange(this.#app.replay.value?.moments ?? [], moment ?? span.ends, step);
    if (found !== null) this.#replayer.show(found);
    else if (step > 0 && span.open) this.#replayer.show(null);
    announce(this.#when.textContent ?? "");
  }

  #toggle(): void {
    if (this.#timer) {
      this.#stop();
      return;
    }
    const { span, moment } = this.#replayer;
    if (moment === null || moment >= span.ends) this.#replayer.show(span.begins);
    this.#timer = window.setInterval(() => this.#advance(), FRAME_MS);
    this.#drawPlay();
  }

  #advance(): void {
    const { span, moment } = this.#replayer;
    if (moment === null || moment >= span.ends) {
      this.#stop();
      return;
    }
    const next = moment + (span.ends - span.begins) / FRAMES;
    this.#replayer.show(Math.min(span.ends, Math.ceil(next / MINUTE) * MINUTE));
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#drawPlay();
  }
}
