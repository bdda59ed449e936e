/** Step 5: what became of the load, what it changed, where to see it, and how it is taken back. */

import { button, type Child, h } from "../dom";
import { integer, say } from "../format";
import { rememberedPerson } from "../person";
import { layersOn } from "../style";
import type { Lang } from "../types";
import { figures, sampleGroups } from "./changes-view";
import { block, facts, findingList, sureButton } from "./controls";
import { chosenCandidate } from "./crs-view";
import { boundsOf, compare } from "./drawing";
import { faultBlock } from "./faults-view";
import { moment } from "./format";
import type { LoadAnswer } from "./types";
import type { View } from "./view";
import { codeWord } from "./words";

/** Close the wizard and show the layer where its data is. */
function seeOnMap(view: View): void {
  const { app, load } = view;
  const catalogue = app.catalogue.value;
  const info = load.layer === null ? undefined : app.layer(load.layer);
  if (!catalogue || !info) {
    app.store.set({ load: null });
    return;
  }
  const on = layersOn(catalogue, app.store.state).add(info.id);
  app.store.set({
    load: null,
    layers: catalogue.layers.map((one) => one.id).filter((id) => on.has(id)),
  });
  // Where the file lies; without that knowledge the whole layer.
  const places = compare(chosenCandidate(load.reading)?.outline ?? [], []);
  const bounds = boundsOf(places) ?? info.bounds;
  if (bounds) app.view?.show(bounds);
}

function heading(view: View): string {
  const { say: words, load } = view;
  if (load.kind === "rollback" && load.state === "loaded") return words("doneRollback");
  return codeWord(words, "done", load.state);
}

/** What went wrong with a load, in words and as a code; null when nothing did. */
export function problemOf(load: LoadAnswer, lang: Lang): { words: string; code: string } | null {
  if (load.problem === null) return null;
  const { code } = load.problem;
  return { words: say(load.message, lang), code: typeof code === "string" ? code : "" };
}

function problemBlock(view: View): Child {
  const { say: words, lang, load } = view;
  if (!["refused", "failed"].includes(load.state)) return null;
  const problem = problemOf(load, lang) ?? { words: say(load.message, lang), code: "" };
  return h(
    "div",
    { class: "error", role: "alert", "data-testid": "load-problem" },
    h("p", {}, problem.words),
    problem.code && h("p", { class: "sub" }, `${words("code")} ${problem.code}`),
    h("p", { class: "sub" }, words("servedNothing")),
  );
}

function parentLink(view: View): Child {
  const { load, app } = view;
  if (load.parent === null) return null;
  const { parent } = load;
  return button(
    { class: "link", "data-testid": "load-parent" },
    () => app.store.set({ load: parent }),
    parent,
  );
}

export function doneView(view: View): Child[] {
  const { say: words, lang, load, session, app } = view;
  const { data, error } = session.preview.value;
  const isIn = load.state === "loaded" || load.state === "unchanged";
  const isRaster = view.target?.kind === "raster";
  const canUndo = load.state === "loaded" && Boolean(load.version) && load.layer !== null;
  const isLater = session.failure.value?.problem.code === "later_loads";
  const undo = sureButton(
    `${load.id}/undo`,
    { class: "load-button", "data-testid": "load-undo", disabled: session.busy.value },
    {
      ask: words(isLater ? "undoLater" : "undo"),
      sure: words(isLater ? "undoLaterSure" : "undoSure"),
      yes: words("yesUndo"),
      no: words("no"),
    },
    () => void session.rollback(rememberedPerson(), isLater),
  );
  const another = button(
    { class: "load-button", "data-testid": "load-another" },
    () => app.store.set({ load: "new" }),
    words("another"),
  );
  const layer = view.target ? say(view.target.title, lang) : load.layer;
  return [
    h("p", { class: `load-outcome ${load.state}`, "data-testid": "load-outcome" }, heading(view)),
    problemBlock(view),
    facts(
      load.file ? [words("file"), load.file] : null,
      layer ? [words("intoLayer"), layer] : null,
      [words("finished"), [moment(load.finished_at), load.person].filter(Boolean).join(" · ")],
      load.version ? [words("version"), load.version] : null,
      load.base ? [words("base"), load.base] : null,
      isIn && load.rows_in > 0
        ? [words("loadedRows"), words("rows", { n: integer(load.rows_loaded, lang) })]
        : null,
      load.rows_refused > 0
        ? [words("refusedRows"), words("rows", { n: integer(load.rows_refused, lang) })]
        : null,
      load.parent ? [words("parentOf"), parentLink(view)] : null,
    ),
    h(
      "div",
      { class: "load-line actions" },
      isIn &&
        load.layer !== null &&
        button({ class: "primary", "data-testid": "load-see" }, () => seeOnMap(view), words("seeOnMap")),
      canUndo && undo,
      !isIn && another,
    ),
    isIn &&
      data &&
      !isRaster &&
      block(words("resultDone"), null, figures(view, { ...data.counts, bad: load.rows_refused })),
    error &&
      !error.offline &&
      isIn &&
      load.state === "loaded" &&
      h("p", { class: "hint" }, error.words(lang)),
    isIn && data && !isRaster
      ? h("section", { class: "load-block folds" }, ...sampleGroups(view, data))
      : null,
    faultBlock(view, session.faults.value),
    !isIn &&
      load.findings.length > 0 &&
      block(words("findings"), null, findingList(load.findings, words, lang)),
    isIn && h("div", { class: "load-line last" }, another),
  ];
}
