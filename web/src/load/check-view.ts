/** Step 4: what the load would do, what is wrong with its rows, and how it shall be committed. */

import { type Child, h, setAttr } from "../dom";
import { integer, percent } from "../format";
import { figures, sampleGroups } from "./changes-view";
import { block, findingList, labelled, radios } from "./controls";
import { faultBlock } from "./faults-view";
import { personField } from "./person";
import { questionBlocks } from "./questions";
import { goneShare, hindrance, isNothing, removesGone, servedRows } from "./steps";
import type { Mode } from "./types";
import { patch, type View } from "./view";

const MODES: readonly Mode[] = ["upsert", "append", "sync", "replace"];

function modeBlock(view: View): HTMLElement {
  const { say: words, load } = view;
  const choices = MODES.map((one) => ({
    value: one,
    label: words(`mode${one}`),
    hint: words(`mode${one}Hint`),
    disabled: !view.editable,
  }));
  return block(
    words("mode"),
    null,
    radios("mode", words("mode"), choices, load.profile.mode ?? "upsert", (mode) => patch(view, { mode })),
    load.profile.mode === "sync" && limit(view),
  );
}

/** How many of the served rows a sync may take away, as a share. */
function limit(view: View): HTMLElement {
  const { say: words, lang, load } = view;
  const input = h("input", {
    type: "text",
    inputmode: "decimal",
    "data-testid": "load-max-gone",
    "data-keep": "max-gone",
    disabled: !view.editable,
  });
  input.value = String(Number(((load.profile.max_gone ?? 0.05) * 100).toFixed(2)));
  input.addEventListener("change", () => {
    const share = Number(input.value) / 100;
    const fits = Number.isFinite(share) && share >= 0 && share <= 1 && input.value.trim() !== "";
    setAttr(input, "aria-invalid", String(!fits));
    if (fits) patch(view, { max_gone: share });
  });
  const sum = words("goneShare", {
    n: integer(load.counts.gone, lang),
    all: integer(servedRows(load), lang),
    share: percent(goneShare(load), lang),
  });
  return h(
    "div",
    { class: "load-limit" },
    labelled(words("maxGone"), input, h("span", { class: "unit" }, "%")),
    h("p", { class: hindrance(load) === "gone" ? "bad" : "hint" }, sum),
  );
}

/** What committing would do now, in one sentence. */
export function commitWords(view: View): { text: string; grave: boolean } {
  const { say: words, lang, load } = view;
  const stop = hindrance(load);
  if (stop === "questions")
    return { text: words("commitQuestions", { n: load.questions.length }), grave: true };
  if (stop === "bad") return { text: words("commitBad", { n: integer(load.counts.bad, lang) }), grave: true };
  if (stop === "gone") return { text: words("goneTooMany"), grave: true };
  if (isNothing(load)) return { text: words("commitNothing"), grave: false };
  const gone = removesGone(load.profile.mode ?? "upsert") ? load.counts.gone : 0;
  const sum = words("commitSum", {
    new: integer(load.counts.new, lang),
    changed: integer(load.counts.changed, lang),
    gone: integer(gone, lang),
  });
  const skipped =
    load.counts.bad > 0 ? `；${words("commitSkips", { n: integer(load.counts.bad, lang) })}` : "";
  return { text: lang === "zh" ? sum + skipped : (sum + skipped).replace("；", "; "), grave: false };
}

export function checkView(view: View): Child[] {
  const { say: words, lang, load, session, target } = view;
  const { data, loading, error } = session.preview.value;
  const isRaster = target?.kind === "raster";
  const warned =
    load.counts.warned > 0 &&
    h("p", { class: "hint" }, words("warned", { n: integer(load.counts.warned, lang) }));
  return [
    ...questionBlocks(view, "check"),
    isRaster &&
      load.findings.length > 0 &&
      block(words("findings"), null, findingList(load.findings, words, lang)),
    !isRaster && load.kind !== "fix" && modeBlock(view),
    block(
      words("result"),
      null,
      figures(view, data?.counts ?? load.counts),
      warned,
      !isRaster && data && h("p", { class: "hint", "data-testid": "load-legend" }, words("legendResult")),
    ),
    error && h("p", { class: "bad", role: "alert" }, error.words(lang)),
    loading && !data && h("p", { class: "hint" }, words("working")),
    faultBlock(view, session.faults.value),
    ...(data && !isRaster ? [h("section", { class: "load-block folds" }, ...sampleGroups(view, data))] : []),
    personField(words),
  ];
}
