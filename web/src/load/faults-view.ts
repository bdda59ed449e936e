/** The rows that cannot be loaded, with the reason of each; the list as a file; the mended file back again. */

import { button, type Child, h } from "../dom";
import { integer, say } from "../format";
import { rememberedPerson } from "../person";
import { visible } from "../unseen";
import { errorsUrl } from "./client";
import { block, radios, select, table } from "./controls";
import { fieldTitle } from "./format";
import { translate } from "./profile";
import { isOpen } from "./steps";
import type { Fault, FaultList, LoadAnswer } from "./types";
import { patch, type View } from "./view";

const FORMATS = ["xlsx", "csv", "gpkg"] as const;
const UNKNOWN_CODE = "CODE_UNKNOWN";
const MOST_SPELLINGS = 12;

function kinds(view: View, faults: FaultList): HTMLElement {
  const { say: words, lang, target } = view;
  return h(
    "ul",
    { class: "load-kinds", "data-testid": "fault-kinds" },
    ...faults.kinds.map((one) =>
      h(
        "li",
        { "data-severity": one.severity },
        h("span", { class: "name" }, fieldTitle(target, one.field, words, lang)),
        h("span", { class: "code" }, one.code),
        h("span", { class: "figure" }, words("kindCount", { n: integer(one.count, lang) })),
      ),
    ),
  );
}

function faultTable(view: View, faults: readonly Fault[]): HTMLElement {
  const { say: words, lang, target } = view;
  const lined = faults.some((one) => one.line !== null);
  const head = [
    words("colRow"),
    ...(lined ? [words("colLine")] : []),
    words("colField"),
    words("colValue"),
    words("colReason"),
  ];
  const rows = faults.map((one) => [
    integer(one.row, lang),
    ...(lined ? [one.line === null ? "" : integer(one.line, lang)] : []),
    fieldTitle(target, one.field, words, lang),
    h("code", {}, visible(one.value)),
    h("span", { "data-severity": one.severity, "data-testid": "fault" }, say(one, lang)),
  ]);
  return table(words("badTitle"), head, rows);
}

/** Spellings of a field that its code list does not know, as far as they are among the faults shown. */
export function unknownSpellings(faults: readonly Fault[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const one of faults) {
    if (one.code.toUpperCase() !== UNKNOWN_CODE || one.value === "") continue;
    const known = found.get(one.field) ?? [];
    if (!known.includes(one.value) && known.length < MOST_SPELLINGS)
      found.set(one.field, [...known, one.value]);
  }
  return found;
}

/** Say what unknown spellings mean, so that the rows need not be mended one by one. */
function translations(view: View, faults: readonly Fault[]): Child[] {
  const { say: words, lang, target, load } = view;
  return [...unknownSpellings(faults)].map(([name, spellings]) => {
    const field = target?.fields.find((one) => one.name === name);
    if (!field?.choices) return null;
    const choices = [
      { value: "", label: words("codeNone") },
      ...Object.entries(field.choices).map(([value, text]) => ({ value, label: say(text, lang) })),
    ];
    const chosen: Record<string, string> = {};
    const rows = spellings.map((spelling) =>
      h(
        "label",
        { class: "load-field" },
        h("span", { class: "name" }, h("code", {}, visible(spelling))),
        select(
          { "aria-label": spelling, "data-testid": "code-of", "data-value": spelling },
          choices,
          "",
          (value) => {
            chosen[spelling] = value;
          },
        ),
      ),
    );
    const use = () => {
      if (Object.values(chosen).some(Boolean)) patch(view, translate(load.profile, name, chosen));
    };
    return block(
      `${words("codeTitle")}：${say(field.title, lang)}`,
      null,
      h("p", { class: "hint" }, words("codeHint")),
      ...rows,
      button(
        { class: "load-button", "data-testid": "code-use", disabled: !view.editable },
        use,
        words("apply"),
      ),
    );
  });
}

function downloads(view: View): HTMLElement {
  const { say: words, load } = view;
  const links = FORMATS.map((one) =>
    h(
      "a",
      {
        class: "load-button small",
        href: errorsUrl(load.id, one),
        download: "",
        "data-testid": `errors-${one}`,
      },
      one.toUpperCase(),
    ),
  );
  return h("div", { class: "load-line" }, h("span", { class: "name" }, words("download")), ...links);
}

/** Mended rows join what has been loaded; before that only where no row at all can be loaded. */
function canFix(load: LoadAnswer): boolean {
  const { bad, selected } = load.counts;
  return (
    load.state === "loaded" || load.state === "unchanged" || (load.state === "checked" && bad >= selected)
  );
}

/** Take the mended rows back. */
function fix(view: View): HTMLElement {
  const { say: words, session, load } = view;
  const input = h("input", {
    type: "file",
    accept: ".xlsx,.csv",
    class: "unseen",
    "data-testid": "fix-file",
    "data-keep": "fix",
  });
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    void session.send(files, { person: rememberedPerson() }, load.id);
  });
  return h(
    "div",
    { class: "load-fix" },
    h("p", { class: "hint" }, words("fixHint")),
    h("label", { class: "load-button" }, input, words("fixButton")),
  );
}

/** Whether the other rows may be loaded while some are bad. */
function badChoice(view: View): HTMLElement {
  const { say: words, load } = view;
  const choices = (["refuse", "skip"] as const).map((one) => ({
    value: one,
    label: words(`bad${one}`),
    hint: words(`bad${one}Hint`),
    disabled: !view.editable,
  }));
  return radios("bad_rows", words("badRows"), choices, load.profile.bad_rows ?? "refuse", (bad_rows) =>
    patch(view, { bad_rows }),
  );
}

/** Everything about the rows that are bad. */
export function faultBlock(view: View, faults: FaultList | null): HTMLElement | null {
  const { say: words, lang, session, load } = view;
  if (!faults || (faults.total === 0 && load.counts.bad === 0)) return null;
  const { onlyErrors } = session;
  const rest = onlyErrors
    ? faults.kinds.filter((one) => one.severity === "error").reduce((sum, one) => sum + one.count, 0)
    : faults.total;
  const left = Math.max(0, rest - faults.faults.length);
  const severities = new Set(faults.kinds.map((one) => one.severity));
  return block(
    words("badTitle"),
    words("faultsShown", { n: integer(faults.faults.length, lang), all: integer(faults.total, lang) }),
    load.counts.bad > 0 && isOpen(load) && badChoice(view),
    kinds(view, faults),
    severities.size > 1 &&
      button(
        { class: "link", "data-keep": "severity" },
        () => void session.moreFaults(!onlyErrors),
        words(onlyErrors ? "showAll" : "showErrors"),
      ),
    faults.faults.length > 0 && faultTable(view, faults.faults),
    faults.faults.some((one) => one.line !== null) && h("p", { class: "hint" }, words("rowsCounted")),
    left > 0 &&
      button(
        { class: "link load-more", "data-keep": "more-faults", "data-testid": "more-faults" },
        () => void session.moreFaults(onlyErrors),
        words("moreFaults", { n: Math.min(50, left) }),
      ),
    ...(view.editable ? translations(view, faults.faults) : []),
    downloads(view),
    load.counts.bad > 0 && canFix(load) && fix(view),
  );
}
