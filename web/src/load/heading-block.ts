/** Which row of a sheet or a text is its header: what was taken and why, and the rows to choose another from. */

import type { Child } from "../dom";
import { h } from "../dom";
import { say } from "../format";
import { block, labelled, select } from "./controls";
import type { Heading } from "./types";
import { patch, type View } from "./view";
import type { LoadWord } from "./words";

export function headingBlock(view: View, heading: Heading): HTMLElement {
  const { say: words, lang, load } = view;
  const { header_row = null, data_row = null } = load.profile;
  const at = heading.shown.findIndex(([row]) => row === heading.row);
  const above = heading.shown.slice(0, Math.max(0, at)).map(([row, text]) => ({ row, text }));
  const beneath = heading.shown.filter(([row]) => row > heading.row);
  return block(
    words("header"),
    words("rowNumber", { n: heading.row }),
    h("p", { class: "hint", "data-testid": "header-why" }, say(heading.why, lang)),
    above.length > 0 && kept(view, above),
    pick(view, "headerAs", "load-header-row", heading.shown, header_row, (row) =>
      patch(view, { header_row: row, data_row: null }),
    ),
    pick(view, "dataFrom", "load-data-row", beneath, data_row, (row) => patch(view, { data_row: row })),
  );
}

function kept(view: View, rows: readonly { row: number; text: string }[]): HTMLElement {
  const { say: words } = view;
  const items = rows.map(({ row, text }) => h("li", {}, `${words("rowNumber", { n: row })}：${text}`));
  return h(
    "ul",
    { class: "load-samples", "aria-label": words("aboveHeader"), "data-testid": "above-header" },
    ...items,
  );
}

function pick(
  view: View,
  word: LoadWord,
  id: string,
  rows: readonly (readonly [row: number, text: string])[],
  now: number | null,
  take: (row: number | null) => void,
): Child {
  const { say: words } = view;
  const options = rows.map(([row, text]) => ({
    value: String(row),
    label: `${words("rowNumber", { n: row })}：${text}`,
  }));
  if (now !== null && !options.some((one) => one.value === String(now)))
    options.push({ value: String(now), label: words("rowNumber", { n: now }) });
  const attrs = {
    "aria-label": words(word),
    "data-testid": id,
    "data-keep": id,
    disabled: !view.editable,
  };
  const choices = [{ value: "", label: words("headerAuto") }, ...options];
  const control = select(attrs, choices, now === null ? "" : String(now), (value) =>
    take(value === "" ? null : Number(value)),
  );
  return labelled(words(word), control);
}
