/** A part of the wizard that is drawn anew only when what it shows has changed; focus and open folds survive. */

import { type Attrs, append, type Child, h } from "../dom";

function keptKey(): string | null {
  const active = document.activeElement;
  return active instanceof HTMLElement ? (active.dataset.keep ?? active.dataset.testid ?? null) : null;
}

function find(root: HTMLElement, key: string): HTMLElement | null {
  const name = CSS.escape(key);
  return root.querySelector<HTMLElement>(`[data-keep="${name}"], [data-testid="${name}"]`);
}

export class Part {
  readonly element: HTMLElement;
  #shown: string | null = null;
  /** What had the focus before it was disabled; it gets the focus back when it can take it again. */
  #lost: string | null = null;

  constructor(attrs: Attrs) {
    this.element = h("div", attrs);
  }

  /** Draw with `make` unless `what` equals what was drawn last. */
  draw(what: unknown, make: () => Child[]): void {
    const now = JSON.stringify(what);
    if (now === this.#shown) return;
    this.#shown = now;
    const { element } = this;
    const key = element.contains(document.activeElement) ? keptKey() : this.#lostFocus();
    const typed = document.activeElement instanceof HTMLInputElement ? document.activeElement.value : null;
    const open = [...element.querySelectorAll<HTMLElement>("details[open][data-keep]")].map(
      (one) => one.dataset.keep ?? "",
    );
    const { scrollTop } = element;
    element.replaceChildren();
    append(element, make());
    for (const one of open) find(element, one)?.setAttribute("open", "");
    element.scrollTop = scrollTop;
    const again = key === null ? null : find(element, key);
    if (again instanceof HTMLInputElement && again.type === "text" && typed !== null) again.value = typed;
    again?.focus();
    this.#lost = again && document.activeElement === again ? null : key;
  }

  #lostFocus(): string | null {
    return document.activeElement === document.body ? this.#lost : null;
  }
}
