/** Step 1: what is in the file, which table of it is loaded into which layer, and how its text was read. */

import { button, type Child, h } from "../dom";
import { integer, say } from "../format";
import { block, facts, findingList, fold, labelled, select, table } from "./controls";
import { moment, size } from "./format";
import { headingBlock } from "./heading-block";
import { questionBlocks } from "./questions";
import type { Encoding, Table } from "./types";
import { patch, type View } from "./view";
import { codeWord } from "./words";

/** Encodings that files of offices come in, for when the detection is wrong. */
const ENCODINGS = ["UTF-8", "GB18030", "Big5", "UTF-16", "ISO-8859-1"];

function layerField(view: View): HTMLElement {
  const { say: words, lang, load, session } = view;
  const targets = session.targets.value.data?.targets ?? [];
  const choices = [
    { value: "", label: words("layerNone"), disabled: true },
    ...targets.map((one) => ({ value: one.id, label: say(one.title, lang) })),
  ];
  const attrs = {
    "aria-label": words("intoLayer"),
    "data-testid": "load-layer",
    "data-keep": "layer",
    disabled: !view.editable,
  };
  return labelled(
    words("intoLayer"),
    select(attrs, choices, load.layer ?? "", (layer) => patch(view, { layer })),
  );
}

function tableLine(view: View, one: Table): string {
  const { say: words, lang } = view;
  const parts = [
    one.format,
    one.rows === null ? words("rowsUnknown") : words("rows", { n: integer(one.rows, lang) }),
    codeWord(words, "geometry", one.geometry),
    one.columns.length > 0 ? words("columnsCount", { n: one.columns.length }) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

function tableRow(view: View, one: Table): HTMLElement {
  const { say: words, load } = view;
  const isUsed = one.name === view.table?.name;
  // An open question about the table has the buttons.
  const only = load.tables.length === 1 || load.questions.some((one) => one.field === "table");
  const name = h("span", { class: "name" }, one.name, h("span", { class: "sub" }, tableLine(view, one)));
  const row = { class: "load-item", "data-testid": "load-table", "data-table": one.name };
  if (only) return h("div", row, name);
  if (isUsed)
    return h("div", { ...row, class: "load-item on" }, name, h("span", { class: "mark" }, words("inUse")));
  const use = { class: "load-button small", "data-keep": `table-${one.name}`, disabled: !view.editable };
  return h(
    "div",
    row,
    name,
    button(use, () => patch(view, { table: one.name }), words("useTable")),
  );
}

function encodingBlock(view: View, encoding: Encoding): HTMLElement {
  const { say: words, lang, load } = view;
  const known = ENCODINGS.some((one) => one.toLowerCase() === encoding.name.toLowerCase());
  const choices = [
    { value: "", label: words("encodingAuto") },
    ...(known ? ENCODINGS : [encoding.name, ...ENCODINGS]).map((one) => ({ value: one, label: one })),
  ];
  const given = load.profile.encoding ?? "";
  const now = choices.find((one) => one.value.toLowerCase() === given.toLowerCase())?.value ?? "";
  const attrs = {
    "aria-label": words("encodingAs"),
    "data-testid": "load-encoding",
    "data-keep": "encoding",
    disabled: !view.editable,
  };
  const pick = select(attrs, choices, now, (value) => patch(view, { encoding: value || null }));
  return block(
    words("encoding"),
    encoding.name,
    !encoding.certain && h("p", { class: "warn", "data-testid": "encoding-doubt" }, words("encodingDoubt")),
    h("p", { class: "hint" }, say(encoding.evidence, lang)),
    encoding.claims.length > 0 &&
      h("p", { class: "hint" }, `${words("claims")}：${encoding.claims.join(lang === "zh" ? "、" : ", ")}`),
    encoding.samples.length > 0 &&
      h(
        "ul",
        { class: "load-samples", "aria-label": words("encodingSamples"), "data-testid": "encoding-samples" },
        ...encoding.samples.slice(0, 5).map((one) => h("li", {}, one)),
      ),
    labelled(words("encodingAs"), pick),
  );
}

function firstRows(view: View, one: Table): HTMLElement | null {
  if (one.rows_shown.length === 0) return null;
  const { say: words } = view;
  const title = words("firstRows", { n: one.rows_shown.length });
  const names = one.columns.map((column) => column.name);
  const head = one.columns.map((column) =>
    column.recovered ? h("span", { title: words("recovered") }, `${column.name} *`) : column.name,
  );
  const rows = one.rows_shown.map((row) => names.map((name) => row[name] ?? ""));
  const isMended = one.columns.some((column) => column.recovered);
  return fold(
    "load-first-rows",
    title,
    table(title, head, rows),
    isMended && h("p", { class: "hint" }, `* ${words("recovered")}`),
  );
}

export function fileView(view: View): Child[] {
  const { say: words, lang, load, table: used } = view;
  const isKnown = load.tables.length > 0;
  return [
    ...questionBlocks(view, "file"),
    facts(
      [words("file"), load.file],
      [words("size"), size(load.file_bytes, lang)],
      [words("received"), [moment(load.started_at), load.person].filter(Boolean).join(" · ")],
    ),
    isKnown && !load.questions.some((one) => one.field === "layer") && layerField(view),
    isKnown && block(words("tables"), null, ...load.tables.map((one) => tableRow(view, one))),
    used && firstRows(view, used),
    used?.heading ? headingBlock(view, used.heading) : null,
    used?.encoding ? encodingBlock(view, used.encoding) : null,
    findings(view),
  ];
}

function findings(view: View): HTMLElement | null {
  const { say: words, lang, load, table: used } = view;
  const seen = new Set<string>();
  const all = [...load.findings, ...(used?.findings ?? [])].filter((one) => {
    const mark = `${one.code}/${one.zh}`;
    if (seen.has(mark) || one.where.step === "crs") return false;
    seen.add(mark);
    return true;
  });
  return all.length > 0 ? block(words("findings"), null, findingList(all, words, lang)) : null;
}
