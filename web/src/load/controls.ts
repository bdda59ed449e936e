/** Small controls of the wizard: selects, choices, buttons that ask again, folds, notes. */

import { type Attrs, button, type Child, h } from "../dom";
import { say } from "../format";
import type { Lang } from "../types";
import type { Finding } from "./types";
import { codeWord, type LoadSay } from "./words";

export type Choice = { value: string; label: string; disabled?: boolean };

/** A select with a label for screen readers. `onPick` is told the chosen value. */
export function select(
  attrs: Attrs & { "aria-label": string },
  choices: readonly Choice[],
  value: string,
  onPick: (value: string) => void,
): HTMLSelectElement {
  const element = h(
    "select",
    attrs,
    ...choices.map((one) =>
      h("option", { value: one.value, selected: one.value === value, disabled: one.disabled }, one.label),
    ),
  );
  element.addEventListener("change", () => onPick(element.value));
  return element;
}

/** A field with its name before it. */
export function labelled(name: string, control: Node, ...after: Child[]): HTMLElement {
  return h("label", { class: "load-field" }, h("span", { class: "name" }, name), control, ...after);
}

/** One of several choices, each with a sentence that says what it means. */
export function radios(
  name: string,
  label: string,
  choices: readonly (Choice & { hint?: string })[],
  value: string,
  onPick: (value: string) => void,
): HTMLElement {
  const rows = choices.map((one) => {
    const box = h("input", {
      type: "radio",
      name: `load-${name}`,
      value: one.value,
      disabled: one.disabled,
      "data-keep": `${name}-${one.value}`,
      "data-testid": `load-${name}-${one.value}`,
    });
    box.checked = one.value === value;
    box.addEventListener("change", () => onPick(one.value));
    const words = h("span", { class: "name" }, one.label, one.hint && h("span", { class: "sub" }, one.hint));
    return h("label", { class: "load-radio" }, box, words);
  });
  return h("div", { class: "load-radios", role: "radiogroup", "aria-label": label }, ...rows);
}

/** The question that is being asked once more; it stays open while its surroundings are drawn anew. */
let asking: string | null = null;

/** A button that asks once more, in place, before it does what it says. `key` tells it from those of other loads. */
export function sureButton(
  key: string,
  attrs: Attrs,
  words: { ask: string; sure: string; yes: string; no: string },
  onYes: () => void,
): HTMLElement {
  const box = h("div", { class: "load-sure" });
  const name = attrs["data-testid"];
  const show = (asks: boolean) => {
    asking = asks ? key : null;
    draw();
    box.querySelector<HTMLElement>(asks ? `[data-testid="${name}-no"]` : "button")?.focus();
  };
  const draw = () => {
    const answer = () => {
      show(false);
      onYes();
    };
    const first = button(attrs, () => show(true), words.ask);
    const sentence = h("p", { role: "alert" }, words.sure);
    const yes = button(
      { class: "load-button danger", "data-testid": `${name}-yes`, disabled: attrs.disabled },
      answer,
      words.yes,
    );
    const no = button({ class: "load-button", "data-testid": `${name}-no` }, () => show(false), words.no);
    box.replaceChildren(...(asking === key ? [sentence, yes, no] : [first]));
  };
  draw();
  return box;
}

/** A fold whose state survives a new drawing. */
export function fold(key: string, title: Child, ...inside: Child[]): HTMLElement {
  return h("details", { "data-keep": key, "data-testid": key }, h("summary", {}, title), ...inside);
}

export function block(title: string, right: Child, ...inside: Child[]): HTMLElement {
  return h(
    "section",
    { class: "load-block" },
    h("div", { class: "block-head" }, h("h2", {}, title), right && h("span", { class: "col-head" }, right)),
    ...inside,
  );
}

const SIGNS = { error: "×", warning: "!", info: "i" } as const;

/** What was noticed, the gravest first; a sign stands beside the colour. */
export function findingList(findings: readonly Finding[], sayLoad: LoadSay, lang: Lang): HTMLElement | null {
  if (findings.length === 0) return null;
  const order = ["error", "warning", "info"];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return h(
    "ul",
    { class: "load-findings", "data-testid": "load-findings" },
    ...sorted.map((one) =>
      h(
        "li",
        { "data-severity": one.severity },
        h(
          "span",
          { class: "sign", role: "img", "aria-label": codeWord(sayLoad, "severity", one.severity) },
          SIGNS[one.severity],
        ),
        h("span", {}, say(one, lang), h("span", { class: "code" }, ` ${one.code}`)),
      ),
    ),
  );
}

/** Term and value pairs in one line each. */
export function facts(...pairs: readonly (readonly [term: string, value: Child] | null)[]): HTMLElement {
  const shown = pairs.filter((one) => one?.[1]);
  return h(
    "dl",
    { class: "load-facts" },
    ...shown.flatMap((one) => (one ? [h("dt", {}, one[0]), h("dd", {}, one[1])] : [])),
  );
}

/** A table that scrolls sideways on its own where it is too wide. */
export function table(
  label: string,
  head: readonly Child[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  return h(
    "div",
    { class: "load-scroll", role: "region", "aria-label": label, tabindex: 0 },
    h(
      "table",
      { class: "load-table" },
      h("thead", {}, h("tr", {}, ...head.map((one) => h("th", { scope: "col" }, one)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((one) => h("td", {}, one))))),
    ),
  );
}
