/** Focus stays inside the wizard while it is open, and goes back to where it was when it closes. */

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary, [tabindex="0"]';

function focusable(root: HTMLElement): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((one) => one.checkVisibility());
}

/** Tab walks round within `root`. */
export function keepFocus(root: HTMLElement): void {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = focusable(root);
    const first = all[0];
    const last = all.at(-1);
    if (!first || !last) return;
    const active = document.activeElement;
    const isOut = event.shiftKey ? active === first || active === root : active === last;
    if (!isOut) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  });
}
