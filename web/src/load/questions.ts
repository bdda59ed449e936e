/** Open decisions as plain choices; each answer on offer is a patch. */

import { button, type Child, h } from "../dom";
import { say } from "../format";
import { shiftForm } from "./shift-form";
import { questionsAt, type Step } from "./steps";
import type { Question } from "./types";
import { patch, type View } from "./view";

function answers(view: View, question: Question): HTMLElement {
  const list = h("div", { class: "load-answers", "data-list": "answers", role: "group" });
  question.options.forEach((one, at) => {
    list.append(
      button(
        {
          class: "load-answer",
          "data-row": "",
          "data-testid": "load-option",
          "data-keep": `${question.code}-${at}`,
          disabled: !view.editable,
        },
        () => patch(view, one.set),
        h("span", { class: "name" }, say(one, view.lang)),
        h("span", { class: "go", "aria-hidden": "true" }, view.say("use")),
      ),
    );
  });
  return list;
}

/** The questions of a step; nothing when all is decided. */
export function questionBlocks(view: View, step: Step): Child[] {
  return questionsAt(view.load, step).map((one) =>
    h(
      "section",
      {
        class: "load-question",
        "data-testid": "load-question",
        "data-code": one.code,
        "aria-label": view.say("decide"),
      },
      h("h2", {}, view.say("decide")),
      h("p", {}, say(one, view.lang)),
      one.options.length > 0 && answers(view, one),
      one.field === "shift" && shiftForm(view),
    ),
  );
}
