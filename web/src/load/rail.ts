/** The steps of the load, as buttons: where it stands, what is open. */

import { button, h } from "../dom";
import { questionsAt, reached, type Step, stepsOf } from "./steps";
import type { LoadAnswer } from "./types";
import type { LoadSay } from "./words";

export function rail(
  load: LoadAnswer,
  step: Step,
  words: LoadSay,
  go: (step: Step) => void,
): HTMLElement | null {
  // An undo has its end only; there is nowhere to go.
  if (stepsOf(load).length < 2) return null;
  const open = reached(load);
  const items = stepsOf(load).map((one, at) => {
    const asked = questionsAt(load, one).length;
    const attrs = {
      "data-testid": `load-step-${one}`,
      "aria-current": one === step ? "step" : null,
      disabled: !open.includes(one),
    };
    const badge = h(
      "span",
      { class: "badge-open", title: words("openQuestions", { n: asked }) },
      String(asked),
    );
    return h(
      "li",
      {},
      button(
        attrs,
        () => go(one),
        h("span", { class: "number", "aria-hidden": "true" }, String(at + 1)),
        words(`step${one}`),
        asked > 0 && badge,
      ),
    );
  });
  return h("ol", { class: "load-rail", "aria-label": words("steps") }, ...items);
}
