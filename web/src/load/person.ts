/** Who loads: kept in the browser, so that the name is typed once. */

import { h } from "../dom";
import type { LoadSay } from "./words";

const KEY = "riskmap-person";
const LONGEST = 100;

export function person(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

function remember(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Then it is typed again next time.
  }
}

export function personField(say: LoadSay): HTMLElement {
  const input = h("input", {
    type: "text",
    maxlength: LONGEST,
    autocomplete: "name",
    placeholder: say("personHint"),
    "data-keep": "person",
    "data-testid": "load-person",
  });
  input.value = person();
  input.addEventListener("input", () => remember(input.value.trim()));
  return h("label", { class: "load-field" }, h("span", { class: "name" }, say("person")), input);
}
