/**
 * A few lines instead of a framework. Text goes in through textContent only, so data can never become markup, and
 * without characters that cannot be seen, so that it cannot turn its surroundings round.
 */

import { plain } from "./unseen";

export type Attrs = Record<string, string | number | boolean | null | undefined>;
export type Child = Node | string | null | undefined | false;

/** Make an element; `class`, `data-*`, `aria-*` and so on are attributes, false and null leave one out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attrs: Attrs = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) setAttr(element, name, value);
  append(element, children);
  return element;
}

export function setAttr(element: Element, name: string, value: Attrs[string]): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

export function append(parent: Element, children: readonly Child[]): void {
  for (const child of children) if (child) parent.append(typeof child === "string" ? plain(child) : child);
}

/** Replace what an element contains. */
export function fill(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, children);
}

/** Set a text only when it differs, so that screen readers are not told the same twice. */
export function text(element: Element, value: string): void {
  const shown = plain(value);
  if (element.textContent !== shown) element.textContent = shown;
}

export function button(attrs: Attrs, onClick: () => void, ...children: Child[]): HTMLButtonElement {
  const element = h("button", { type: "button", ...attrs }, ...children);
  element.addEventListener("click", onClick);
  return element;
}

/** Call `run` once, `ms` milliseconds after the last call. */
export function debounce(run: () => void, ms: number): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, ms);
  };
}
