/** Keys: `/` search, Esc back, `?` the keys, L the link, I the load wizard, 1 2 3 footprints, P T the briefing, N W incidents. */

import { announce } from "./announce";
import type { App } from "./app";
import { fill, h } from "./dom";
import type { Word } from "./i18n";

/** What the keys of a chosen place do. */
export type PlaceKeys = {
  controls: { choose(kind: "ring" | "wedge" | "drawn"): void };
  brief(): Promise<void>;
  copySummary(): Promise<void>;
  place(): [number, number] | null;
};

const KEYS: readonly [key: string, word: Word][] = [
  ["/", "keySearch"],
  ["Esc", "keyBack"],
  ["↑ ↓", "keyWalk"],
  ["L", "keyLink"],
  ["I", "keyLoad"],
  ["1 2 3", "keyFoot"],
  ["P", "keyBrief"],
  ["T", "keySummary"],
  ["N", "keyIncident"],
  ["W", "keyWarning"],
  ["Ctrl Z", "keyUndo"],
  [", .", "keyTime"],
  ["?", "keyHelp"],
  ["← ↑ → ↓ + −", "keyMap"],
];

/** Copy a text; over plain HTTP browsers have no clipboard, so fall back to a selection. */
export async function copyText(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const field = h("textarea", { class: "unseen", readonly: true, "aria-hidden": "true" });
    field.value = words;
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

export async function copyLink(app: App): Promise<void> {
  const done = await copyText(app.store.link());
  announce(app.say(done ? "linkCopied" : "linkFailed"), true);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox" && target.type !== "radio";
  return target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT";
}

/** The rows of an element that can be seen: those in closed details cannot have the focus. */
function rowsIn(element: Element | null | undefined): HTMLElement[] {
  const rows = [...(element?.querySelectorAll<HTMLElement>("[data-list] [data-row]:not(:disabled)") ?? [])];
  return rows.filter((row) => row.checkVisibility());
}

/** From nowhere, as after an answer in the search box, the arrow down leads to the first row of the answer. */
function enter(event: KeyboardEvent): boolean {
  if (event.key !== "ArrowDown" || event.target !== document.body) return false;
  const first = rowsIn(document.querySelector(".side.right"))[0];
  first?.focus();
  return first !== undefined;
}

/** Move within the list that has the focus, and from its last row to the next list of the same side. */
function walk(event: KeyboardEvent): boolean {
  const at = event.target instanceof HTMLElement ? event.target : null;
  const list = at?.closest<HTMLElement>("[data-list]");
  if (!at || !list || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return false;
  const isEnd = event.key === "Home" || event.key === "End";
  const all = rowsIn(list.closest(".side.right") ?? list.parentElement);
  const rows = isEnd ? all.filter((row) => list.contains(row)) : all;
  const here = rows.findIndex((row) => row === at || row.contains(at));
  const last = rows.length - 1;
  const next = { ArrowUp: Math.max(0, here - 1), ArrowDown: Math.min(last, here + 1), Home: 0, End: last }[
    event.key
  ];
  const row = rows[next ?? 0];
  row?.focus();
  // In lists of places the map follows the focus.
  if (row?.closest<HTMLElement>("[data-list]")?.dataset.follow !== undefined) row.click();
  return true;
}

/** One step back: what is on top closes first. */
export function back(app: App): void {
  const { panel, item, pin, load } = app.store.state;
  if (load) app.store.set({ load: null });
  else if (panel) app.store.set({ panel: null });
  else if (item || pin) app.store.set({ item: null, pin: null });
}

const FOOTPRINTS = { "1": "ring", "2": "wedge", "3": "drawn" } as const;

/** Keys that need a chosen place; false when it is none of them. */
function placeKey(key: string, around: PlaceKeys): boolean {
  if (!around.place()) return false;
  const kind = FOOTPRINTS[key as keyof typeof FOOTPRINTS];
  if (kind) around.controls.choose(kind);
  else if (key === "p" || key === "P") void around.brief();
  else if (key === "t" || key === "T") void around.copySummary();
  else return false;
  return true;
}

export function listenToKeys(
  app: App,
  on: { search: () => void; around: PlaceKeys; incidents: () => void; warn: () => void; undo: () => void },
): void {
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !isTyping(event.target)) {
      event.preventDefault();
      on.undo();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (isTyping(event.target)) (event.target as HTMLElement).blur();
      else back(app);
      return;
    }
    if (walk(event) || enter(event)) return event.preventDefault();
    // The wizard stands in place of what the other keys open.
    if (isTyping(event.target) || app.store.state.load) return;
    if (event.key === "/") on.search();
    else if (event.key === "?") app.store.set({ panel: app.store.state.panel === "keys" ? null : "keys" });
    else if (event.key === "i" || event.key === "I") app.store.set({ load: "new" });
    else if (event.key === "l" || event.key === "L") void copyLink(app);
    else if (event.key === "n" || event.key === "N") on.incidents();
    else if (event.key === "w" || event.key === "W") on.warn();
    else if (!placeKey(event.key, on.around)) return;
    event.preventDefault();
  });
}

/** The list of keys, as a view of the right side. */
export class KeysPanel {
  readonly element = h("div", { class: "keys-panel", "data-testid": "keys-panel" });

  constructor(app: App) {
    const draw = () => {
      const rows = KEYS.flatMap(([key, name]) => [
        h("dt", {}, h("kbd", {}, key)),
        h("dd", { class: "long" }, app.say(name)),
      ]);
      fill(this.element, h("h1", {}, app.say("keys")), h("dl", { class: "properties keys" }, ...rows));
    };
    app.store.subscribe((state, before) => state.lang !== before.lang && draw());
    draw();
  }
}
