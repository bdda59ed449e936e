/** Whether the server answers: watched on every request, asked again by itself when it does not. */

import { api, watchRequests } from "./api";
import type { App } from "./app";
import { h, setAttr, text } from "./dom";
import { age } from "./format";

/** Seconds between looks at a server that answered, and the first wait after one that did not. */
const CALM = 20_000;
const EAGER = 1_500;
const SLOWEST = 15_000;

export class ConnectionWatch {
  readonly bar: HTMLElement;
  readonly #app: App;
  readonly #words = h("span");
  readonly #onBack: () => void;
  #timer = 0;
  #wait = EAGER;

  /** `onBack` runs once whenever the server answers again after it did not. */
  constructor(app: App, onBack: () => void) {
    this.#app = app;
    this.#onBack = onBack;
    this.bar = h(
      "div",
      { class: "offline", role: "alert", hidden: true, "data-testid": "offline-bar" },
      this.#words,
    );
    watchRequests((reached) => this.#note(reached));
    addEventListener("offline", () => this.#note(false));
    addEventListener("online", () => this.#look());
    document.addEventListener("visibilitychange", () => void (!document.hidden && this.#look()));
    setInterval(() => this.#draw(), 5_000);
    app.incomplete.subscribe(() => this.#draw());
    this.#later(CALM);
  }

  #note(reached: boolean): void {
    const before = this.#app.connection.value;
    const lastContact = reached ? Date.now() : before.lastContact;
    this.#app.connection.value = { online: reached, lastContact };
    if (reached && !before.online) {
      this.#wait = EAGER;
      this.#onBack();
    }
    if (!reached && before.online) this.#later(this.#wait);
    this.#draw();
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), ms);
  }

  /** Ask the server now whether it answers. */
  look(): void {
    if (this.#app.connection.value.online) void this.#look();
  }

  async #look(): Promise<void> {
    try {
      await api.health();
    } catch {
      // Whether the server was reached is noted by the watcher; a degraded server is still one that answers.
    }
    const { online } = this.#app.connection.value;
    if (!online) this.#wait = Math.min(this.#wait * 1.5, SLOWEST);
    this.#later(online ? CALM : this.#wait);
  }

  #draw(): void {
    const { online, lastContact } = this.#app.connection.value;
    const lacking = [...this.#app.incomplete.value].map((id) => this.#app.layer(id)?.title).filter(Boolean);
    const { say, lang } = this.#app;
    setAttr(this.bar, "hidden", online && lacking.length === 0);
    setAttr(document.documentElement, "data-offline", !online);
    if (online && lacking.length === 0) return;
    const names = lacking.map((title) => title?.[lang]).join(lang === "zh" ? "、" : ", ");
    let words = say("incomplete", { layers: names });
    if (!online) {
      words =
        lastContact === null
          ? say("offlineFirst")
          : say("offline", { age: age(Date.now() - lastContact, lang) });
    }
    text(this.#words, words);
  }
}
