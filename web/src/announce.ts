/** Short messages: spoken by screen readers and shown for a moment. */

import { h, text } from "./dom";

const region = h("div", { class: "toast", role: "status", "aria-live": "polite", "data-testid": "toast" });
let timer = 0;

export function mountAnnouncer(): HTMLElement {
  return region;
}

/** Say something; `visible` also shows it for three seconds. */
export function announce(message: string, visible = false): void {
  text(region, message);
  region.classList.toggle("shown", visible);
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    region.classList.remove("shown");
    text(region, "");
  }, 3_000);
}
