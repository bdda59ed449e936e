/** The field in which who loads says their name. */

import { h } from "../dom";
import { rememberedPerson, rememberPerson } from "../person";
import type { LoadSay } from "./words";

const LONGEST = 100;

export function personField(say: LoadSay): HTMLElement {
  const input = h("input", {
    type: "text",
    maxlength: LONGEST,
    autocomplete: "name",
    placeholder: say("personHint"),
    "data-keep": "person",
    "data-testid": "load-person",
  });
  input.value = rememberedPerson();
  input.addEventListener("input", () => rememberPerson(input.value));
  return h("label", { class: "load-field" }, h("span", { class: "name" }, say("person")), input);
}
