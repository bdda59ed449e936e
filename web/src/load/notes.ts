/** What has to be said above the step: what went wrong, what the server could not do, what has moved on. */

import { button, type Child, h } from "../dom";
import { problemOf } from "./done-view";
import type { Part } from "./part";
import type { LoadSession } from "./session";
import { isOpen } from "./steps";
import { type LoadSay, loadWords } from "./words";

function errorNote(
  testId: string,
  text: string,
  code: string,
  words: LoadSay,
  ...after: Child[]
): HTMLElement {
  return h(
    "div",
    { class: "error", role: "alert", "data-testid": testId },
    h("p", {}, text),
    h("p", { class: "sub" }, `${words("code")} ${code}`),
    ...after,
  );
}

export function drawNotes(part: Part, session: LoadSession): void {
  const { lang } = session.app;
  const words = loadWords(lang);
  const { failure, note, load } = session;
  const lost = load.value.error;
  const wrong = failure.value ?? (lost && !lost.offline ? lost : null);
  const now = load.value.data;
  const isHeld = now !== null && isOpen(now) && !now.running && now.questions.length === 0;
  const held = isHeld ? problemOf(now, lang) : null;
  part.draw([lang, wrong?.problem ?? null, note.value, held], () => [
    held &&
      errorNote(
        "load-held",
        held.words,
        held.code,
        words,
        button(
          { class: "load-button small", "data-testid": "load-recheck" },
          () => void session.patch({}),
          words("recheck"),
        ),
      ),
    wrong && errorNote("load-failure", wrong.words(lang), wrong.problem.code, words),
    note.value && h("p", { class: "warn", role: "status", "data-testid": "load-note" }, words(note.value)),
  ]);
}
