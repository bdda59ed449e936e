/** The page: bars, map, the two sides; on a phone the sides become one sheet from below in three heights. */

import type { RequestFailed } from "./api";
import type { App } from "./app";
import { errorBox } from "./coverage-panel";
import { button, fill, h, setAttr, text } from "./dom";
import { back } from "./keyboard";
import type { State } from "./state";

export const HEIGHTS = ["peek", "half", "full"] as const;
export type Height = (typeof HEIGHTS)[number];
type Tab = "layers" | "coverage" | "result";
type Right = "coverage" | "sources" | "keys" | "risk" | "incidents" | "item";

export type Views = Record<Right, HTMLElement>;

/** Which view the right side shows: what was opened, else the chosen object, else the coverage. */
export function rightView(state: State): Right {
  return state.panel ?? (state.item || state.pin ? "item" : "coverage");
}

export class Layout {
  readonly map = h("div", { class: "map", id: "map", "data-testid": "map" });
  readonly #app: App;
  readonly #left: HTMLElement;
  readonly #right: HTMLElement;
  readonly #views: Views;
  readonly #close: HTMLButtonElement;
  readonly #handle: HTMLButtonElement;
  readonly #tabs: Record<Tab, HTMLButtonElement>;
  readonly #sheet: HTMLElement;
  readonly #middle = h("main", { class: "middle" });
  #failure: HTMLElement | null = null;
  #tab: Tab = "layers";

  constructor(app: App, left: HTMLElement, views: Views) {
    this.#app = app;
    this.#views = views;
    this.#left = h("aside", { class: "side left", "data-testid": "left" }, left);
    this.#close = button({ class: "close", "data-testid": "panel-close" }, () => back(app), "×");
    this.#right = h("aside", { class: "side right", "data-testid": "right" }, this.#close);
    this.#handle = button({ class: "handle", "data-testid": "sheet-handle" }, () => this.#cycle(), h("span"));
    const tab = (name: Tab) => button({ role: "tab", "data-testid": `tab-${name}` }, () => this.#open(name));
    this.#tabs = { layers: tab("layers"), coverage: tab("coverage"), result: tab("result") };
    const tabs = h(
      "div",
      { class: "tabs", role: "tablist" },
      this.#tabs.layers,
      this.#tabs.coverage,
      this.#tabs.result,
    );
    this.#sheet = h(
      "div",
      { class: "sheet", "data-height": "peek" },
      h("div", { class: "sheet-head" }, this.#handle, tabs),
      this.#left,
      this.#right,
    );
    this.#drag();
    const { item, pin, panel } = app.store.state;
    if (item || pin || panel) this.height = "half"; // a link to an answer shows the answer
    app.store.subscribe((state, before) => {
      const chosen = state.item !== before.item || state.pin !== before.pin;
      // Half a sheet shows the answer and leaves the place in sight.
      if (chosen && (state.item || state.pin)) this.height = "half";
      this.#show(chosen || state.panel !== before.panel);
    });
    this.#show(true);
  }

  mount(root: HTMLElement, top: HTMLElement, bottom: HTMLElement, ...over: HTMLElement[]): void {
    fill(this.#middle, this.map, this.#sheet);
    fill(root, ...over, top, this.#middle, bottom);
  }

  /** Take in a panel that stands in place of both sides while it is open. */
  host(panel: HTMLElement): void {
    this.#middle.append(panel);
    this.#show(false);
  }

  /** Say over the empty map why there is none; without a connection the bar on top already says it. */
  failed(failure: RequestFailed | null, retry: () => void = () => {}): void {
    const { say, lang } = this.#app;
    this.#failure?.remove();
    this.#failure = null;
    if (!failure || failure.offline) return;
    const words = errorBox(`${say("error")}：${failure.words(lang)}`, failure.problem.code, say("code"));
    this.#failure = h(
      "div",
      { class: "map-error" },
      words,
      button({ class: "primary" }, retry, say("retry")),
    );
    this.map.append(this.#failure);
  }

  get height(): Height {
    return HEIGHTS.find((one) => one === this.#sheet.dataset.height) ?? "peek";
  }

  set height(next: Height) {
    this.#sheet.dataset.height = next;
    this.#sheet.style.removeProperty("height");
    this.#words();
  }

  #words(): void {
    const { say } = this.#app;
    setAttr(this.#handle, "aria-label", say(this.height === "full" ? "sheetLower" : "sheetRaise"));
    setAttr(this.#handle, "aria-expanded", String(this.height !== "peek"));
  }

  #cycle(): void {
    this.height = HEIGHTS[(HEIGHTS.indexOf(this.height) + 1) % HEIGHTS.length] ?? "peek";
  }

  #open(tab: Tab): void {
    this.#tab = tab;
    if (tab === "coverage") this.#app.store.set({ panel: "coverage" });
    else if (this.#app.store.state.panel) this.#app.store.set({ panel: null });
    this.#tab = tab;
    if (this.height === "peek") this.height = "half";
    this.#show(false);
  }

  /** `moved`: something new is shown on the right, so the sheet turns to it. */
  #show(moved: boolean): void {
    const { say, store } = this.#app;
    const view = rightView(store.state);
    if (moved) {
      const chosen = store.state.panel !== null || store.state.item !== null || store.state.pin !== null;
      this.#tab = !chosen ? "layers" : view === "coverage" ? "coverage" : "result";
    }
    const wanted = this.#views[view];
    if (wanted.parentElement !== this.#right) {
      for (const one of Object.values(this.#views)) one.remove();
      this.#right.append(wanted);
      this.#right.scrollTop = 0;
    }
    this.#right.dataset.view = view;
    this.#sheet.dataset.tab = this.#tab;
    const words: [Tab, string][] = [
      ["layers", say("tabLayers")],
      ["coverage", say("tabCoverage")],
      ["result", say("tabResult")],
    ];
    for (const [name, label] of words) {
      text(this.#tabs[name], label);
      setAttr(this.#tabs[name], "aria-selected", String(name === this.#tab));
    }
    this.#tabs.result.disabled = view === "coverage";
    const { panel, item, pin, load } = store.state;
    setAttr(this.#middle, "data-load", load !== null);
    setAttr(this.#sheet, "inert", load !== null);
    setAttr(this.#close, "hidden", !panel && !item && !pin);
    setAttr(this.#close, "aria-label", say("close"));
    setAttr(this.#left, "aria-label", say("layers"));
    setAttr(
      this.#right,
      "aria-label",
      say(view === "coverage" ? "coverage" : view === "risk" ? "risk" : "result"),
    );
    this.#words();
  }

  /** Drag the handle: the sheet follows the finger and snaps to the nearest height. */
  #drag(): void {
    let start: { y: number; height: number } | null = null;
    let moved = false;
    this.#handle.addEventListener("pointerdown", (event) => {
      start = { y: event.clientY, height: this.#sheet.offsetHeight };
      moved = false;
      this.#handle.setPointerCapture(event.pointerId);
    });
    this.#handle.addEventListener("pointermove", (event) => {
      if (!start) return;
      const up = start.y - event.clientY;
      if (Math.abs(up) > 6) moved = true;
      if (moved) this.#sheet.style.height = `${start.height + up}px`;
    });
    this.#handle.addEventListener("pointerup", () => {
      if (start && moved) {
        const share = this.#sheet.offsetHeight / window.innerHeight;
        this.height = share < 0.27 ? "peek" : share < 0.66 ? "half" : "full";
      }
      start = null;
    });
    this.#handle.addEventListener("click", (event) => moved && event.stopImmediatePropagation(), {
      capture: true,
    });
  }
}
