/** Counts of what a load changes, and the first rows of each kind with their fields before and after. */

import { button, type Child, h } from "../dom";
import { integer } from "../format";
import { fold } from "./controls";
import { fieldTitle, valueWords } from "./format";
import { isOver, removesGone } from "./steps";
import type { ChangedField, LoadCounts, Preview, SampleRow } from "./types";
import type { View } from "./view";

const KINDS = ["new", "changed", "same", "gone", "bad"] as const;

/** Whether the rows that are gone are taken away by this load. What is done is a difference between two versions. */
function removes(view: View): boolean {
  return isOver(view.load) || removesGone(view.load.profile.mode ?? "upsert");
}

/** Five figures in a row. */
export function figures(view: View, counts: LoadCounts): HTMLElement {
  const { say: words, lang } = view;
  return h(
    "dl",
    { class: "load-figures", "data-testid": "load-figures" },
    ...KINDS.map((kind) => {
      const isKept = kind === "gone" && !removes(view);
      const value = integer(counts[kind], lang);
      const grave = (kind === "bad" && counts.bad > 0) || (kind === "gone" && !isKept && counts.gone > 0);
      return h(
        "div",
        { class: `load-figure${grave ? " grave" : ""}${isKept ? " kept" : ""}` },
        h("dt", {}, isKept ? words("countkept") : words(`count${kind}`)),
        h("dd", { "data-testid": `count-${kind}` }, value),
      );
    }),
  );
}

function change(view: View, one: ChangedField): HTMLElement {
  const { say: words, lang, target } = view;
  const title = fieldTitle(target, one.field, words, lang);
  const field = target?.fields.find((candidate) => candidate.name === one.field);
  if (one.field === "geometry")
    return h(
      "span",
      { class: "change" },
      h("span", { class: "what" }, title),
      ` ${words("moved", { m: String(one.after) })}`,
    );
  return h(
    "span",
    { class: "change" },
    h("span", { class: "what" }, title),
    " ",
    h("del", { "aria-label": words("before") }, valueWords(one.before, field, words, lang)),
    " → ",
    h("ins", { "aria-label": words("after") }, valueWords(one.after, field, words, lang)),
  );
}

function row(view: View, kind: string, one: SampleRow): HTMLElement {
  const [lon, lat] = one.at;
  return button(
    {
      class: "load-sample",
      "data-row": "",
      "data-testid": `sample-${kind}`,
      "data-key": one.key,
      "data-keep": `${kind}-${one.key}`,
    },
    () => view.app.view?.fly(lon, lat, 12),
    h("span", { class: "name" }, one.title || one.key),
    h("span", { class: "figure" }, one.title ? one.key : ""),
    one.fields.length > 0 &&
      h("span", { class: "changes" }, ...one.fields.map((field) => change(view, field))),
  );
}

function group(view: View, kind: "new" | "changed" | "gone", preview: Preview): HTMLElement {
  const { say: words, lang } = view;
  const rows = preview[kind];
  const all = preview.counts[kind];
  const isKept = kind === "gone" && !removes(view);
  const title = h(
    "span",
    { class: "load-fold-head" },
    h("span", {}, isKept ? words("countkept") : words(`count${kind}`)),
    h("span", { class: "figure" }, integer(all, lang)),
  );
  const some = all > rows.length && rows.length > 0;
  const inside: Child[] =
    rows.length === 0
      ? [h("p", { class: "hint" }, words(`no${kind}`))]
      : [
          h("div", { "data-list": kind, "data-follow": "" }, ...rows.map((one) => row(view, kind, one))),
          some && h("p", { class: "hint" }, words("firstOf", { n: rows.length, all: integer(all, lang) })),
        ];
  return fold(`rows-${kind}`, title, ...inside);
}

/** The first rows that are new, changed and gone, each kind in a fold. */
export function sampleGroups(view: View, preview: Preview): HTMLElement[] {
  return (["new", "changed", "gone"] as const).map((kind) => group(view, kind, preview));
}
