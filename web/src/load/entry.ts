/** The two places where the wizard is opened: the bar on top, and on a phone the list of layers. */

import type { App } from "../app";
import { button } from "../dom";
import { loadWords } from "./words";

function open(app: App): void {
  app.store.set({ load: app.store.state.load ?? "new" });
}

export function loadButton(app: App): HTMLElement {
  const say = loadWords(app.lang);
  const attrs = { class: "plain load-open", "data-testid": "load-open", title: say("loadTitle") };
  return button(attrs, () => open(app), say("load"));
}

export function loadLink(app: App): HTMLElement {
  const say = loadWords(app.lang);
  return button({ class: "link load-link", "data-testid": "load-link" }, () => open(app), say("loadMore"));
}
