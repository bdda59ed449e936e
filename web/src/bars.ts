/** The bar on top (title, search, connection, clock, switches) and the bar below (scale, dates, notice, sources). */

import { announce } from "./announce";
import type { App } from "./app";
import { button, fill, h, setAttr, text } from "./dom";
import { clock, day, say } from "./format";
import type { IncidentDesk } from "./incident/desk";
import { incidentWords } from "./incident/words";
import { back, copyLink } from "./keyboard";
import { loadButton } from "./load/entry";
import type { Search } from "./place/search";
import { placeWords } from "./place/words";
import { scaleFor } from "./scale";

export class TopBar {
  readonly element = h("header", { class: "top-bar" });
  readonly #app: App;
  readonly #search: Search;
  readonly #desk: IncidentDesk;
  readonly #incidents = h("span");
  readonly #dot = h("span", { class: "dot", "aria-hidden": "true" });
  readonly #status = h("span", { class: "status-words" });
  readonly #clock = h("time", { class: "clock" });

  constructor(app: App, search: Search, desk: IncidentDesk) {
    this.#app = app;
    this.#search = search;
    this.#desk = desk;
    desk.list.subscribe(() => this.#count());
    app.catalogue.subscribe(() => this.#build());
    app.connection.subscribe(() => this.#tick());
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang || state.theme !== before.theme) this.#build();
    });
    setInterval(() => this.#tick(), 10_000);
    this.#build();
  }

  #build(): void {
    const { say: t, lang, store, theme, catalogue } = this.#app;
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
    const title = say(catalogue.value?.title, lang);
    if (title) document.title = title;
    const mark = h("img", { src: "/icon.svg", alt: "", width: 18, height: 18 });
    const toTheme = theme === "day" ? "night" : "day";
    const swap = () => {
      store.set({ theme: toTheme });
      announce(this.#app.say(toTheme === "day" ? "dayTheme" : "nightTheme"));
    };
    const speak = () => store.set({ lang: lang === "zh" ? "en" : "zh" });
    const help = () => (store.state.panel === "keys" ? back(this.#app) : store.set({ panel: "keys" }));
    fill(
      this.element,
      h("div", { class: "brand" }, mark, h("span", {}, title)),
      this.#search.element,
      h(
        "div",
        { class: "top-right" },
        h("span", { class: "status", "data-testid": "status" }, this.#dot, this.#status),
        this.#clock,
        button(
          { class: "plain", "data-testid": "incidents-open" },
          () => (store.state.panel === "incidents" ? back(this.#app) : store.set({ panel: "incidents" })),
          this.#incidents,
        ),
        loadButton(this.#app),
        button(
          { class: "plain copy", "data-testid": "copy-link" },
          () => void copyLink(this.#app),
          t("copyLink"),
        ),
        button(
          {
            class: "plain",
            "data-testid": "theme-switch",
            "aria-label": t(toTheme === "day" ? "toDay" : "toNight"),
            title: t(toTheme === "day" ? "toDay" : "toNight"),
          },
          swap,
          t(toTheme === "day" ? "dayTheme" : "nightTheme"),
        ),
        button(
          {
            class: "plain",
            "data-testid": "lang-switch",
            "aria-label": `${t("toOther")}: ${t("toOtherLabel")}`,
            lang: lang === "zh" ? "en" : "zh-CN",
          },
          speak,
          t("toOther"),
        ),
        button(
          {
            class: "plain keys-button",
            "data-testid": "keys-button",
            "aria-label": t("keys"),
            title: t("keys"),
          },
          help,
          "?",
        ),
      ),
    );
    this.#tick();
    this.#count();
    if (focused) this.element.querySelector<HTMLElement>(`[data-testid="${focused}"]`)?.focus();
  }

  #count(): void {
    const open = this.#desk.list.value.filter((one) => one.status === "open").length;
    const t = incidentWords(this.#app.lang);
    text(this.#incidents, open > 0 ? t("incidentsN", { n: open }) : t("incidents"));
  }

  #tick(): void {
    const { online } = this.#app.connection.value;
    setAttr(this.#dot, "data-online", String(online));
    text(this.#status, this.#app.say(online ? "online" : "disconnected"));
    const now = new Date();
    text(this.#clock, `${day(now).slice(5)} ${clock(now)}`);
    setAttr(this.#clock, "datetime", now.toISOString());
  }
}

export class BottomBar {
  readonly element = h("footer", { class: "bottom-bar" });
  readonly #app: App;
  readonly #time: HTMLElement;
  readonly #line = h("span", { class: "scale-line" });
  readonly #words = h("span");
  readonly #movers = h("span", { "data-testid": "movers", hidden: true });

  constructor(app: App, time: HTMLElement) {
    this.#app = app;
    this.#time = time;
    app.catalogue.subscribe(() => this.#build());
    app.movers.subscribe(() => this.#count());
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang) this.#build();
      if (state.view !== before.view) this.#scale();
    });
    this.#build();
  }

  #build(): void {
    const { say: t, lang, catalogue, store } = this.#app;
    const all = catalogue.value;
    const dates = [
      ...new Set((all?.layers ?? []).map((one) => one.source_date).filter((one) => one !== null)),
    ].sort();
    const [from, to] = [dates[0], dates.at(-1)];
    const when = !from
      ? t("noDates")
      : from === to
        ? t("dataDate", { from })
        : t("dataDates", { from, to: to ?? from });
    const names = [...new Set((all?.layers ?? []).map((one) => one.source?.attribution).filter(Boolean))];
    const open = () => store.set({ panel: "sources" });
    fill(
      this.element,
      h("span", { class: "scale", "data-testid": "scale" }, this.#line, this.#words),
      this.#time,
      all && button({ class: "link", "data-testid": "sources-open" }, open, when),
      this.#movers,
      all?.generated &&
        h(
          "strong",
          { class: "notice", role: "note", "data-testid": "generated-notice" },
          say(all.notice, lang) || t("generatedLong"),
        ),
      h("span", { class: "attribution", title: names.join("；") }, names.join("；")),
    );
    this.#scale();
    this.#count();
  }

  #count(): void {
    const now = this.#app.movers.value;
    this.#movers.hidden = !now;
    if (!now) return;
    const t = placeWords(this.#app.lang);
    const n = now.total.toLocaleString("en-US");
    text(this.#movers, now.old > 0 ? t("moversStale", { n, old: now.old }) : t("movers", { n }));
  }

  #scale(): void {
    const { view } = this.#app.store.state;
    if (!view) return;
    const { metres, pixels } = scaleFor(view.lat, view.zoom, 96);
    this.#line.style.width = `${pixels}px`;
    text(this.#words, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`);
  }
}
