/** The foot of the wizard: give up, go back, go on, and on the last step before the end: commit. */

import { button, type Child, h } from "../dom";
import { rememberedPerson } from "../person";
import { commitWords } from "./check-view";
import { sureButton } from "./controls";
import { hindrance, isOpen, neighbour, type Step } from "./steps";
import type { View } from "./view";

function discardButton(view: View): HTMLElement {
  const { say: words, session, load } = view;
  return sureButton(
    `${load.id}/discard`,
    { class: "link quiet", "data-testid": "load-discard", disabled: session.busy.value },
    { ask: words("discard"), sure: words("discardSure"), yes: words("yesDiscard"), no: words("no") },
    () => void session.discard(),
  );
}

function commitButton(view: View): HTMLElement {
  const { mode = "upsert", bad_rows = "refuse", max_gone = 0.05 } = view.load.profile;
  return button(
    {
      class: "primary",
      "data-testid": "load-commit",
      disabled: !view.editable || hindrance(view.load) !== null,
    },
    () => void view.session.commit({ mode, bad_rows, max_gone }, rememberedPerson()),
    view.say("commit"),
  );
}

export function footer(view: View, step: Step, go: (step: Step) => void): Child[] {
  const { say: words, load } = view;
  const before = neighbour(load, step, -1);
  const after = neighbour(load, step, 1);
  const back =
    before &&
    button({ class: "load-button", "data-testid": "load-previous" }, () => go(before), words("previous"));
  const next =
    after &&
    after !== "done" &&
    button({ class: "primary", "data-testid": "load-next" }, () => go(after), words("next"));
  const sum = step === "check" && load.state === "checked" ? commitWords(view) : null;
  return [
    sum && h("p", { class: sum.grave ? "sum warn" : "sum", "data-testid": "load-sum" }, sum.text),
    load.running && h("p", { class: "hint" }, words("hidden")),
    h(
      "div",
      { class: "load-line" },
      isOpen(load) && discardButton(view),
      h("span", { class: "gap" }),
      back,
      step === "check" ? commitButton(view) : next,
    ),
  ];
}
