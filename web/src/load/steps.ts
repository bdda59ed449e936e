/** Which steps a load has, how far it has come, and where its open questions belong. No document, so easily tested. */

import type { LoadAnswer, Mode, Patch, Question, Table } from "./types";

export const STEPS = ["file", "crs", "fields", "check", "done"] as const;
export type Step = (typeof STEPS)[number];

const CRS_FIELDS = new Set([
  "crs",
  "force_crs",
  "data_datum",
  "datum",
  "swap_axes",
  "shift",
  "offset",
  "x",
  "y",
]);
const MAPPING_FIELDS = new Set(["rename", "set", "values", "key_from", "where", "merge"]);
const CHECK_FIELDS = new Set(["mode", "bad_rows", "max_gone", "max_area_change"]);

/** The step where a question is asked, by the key of the profile that answers it. */
export function stepOfField(field: string): Step {
  const key = field.split(".")[0] ?? field;
  if (CRS_FIELDS.has(key)) return "crs";
  if (MAPPING_FIELDS.has(key)) return "fields";
  if (CHECK_FIELDS.has(key)) return "check";
  return "file";
}

export function questionsAt(load: LoadAnswer, step: Step): Question[] {
  return load.questions.filter((one) => stepOfField(one.field) === step);
}

/** Whether the load has come to an end, good or bad. */
export function isOver(load: LoadAnswer): boolean {
  return !["received", "staged", "checked", "committing"].includes(load.state);
}

/** Whether answers can be changed now. */
export function isOpen(load: LoadAnswer): boolean {
  return !isOver(load) && load.state !== "committing";
}

const NO_COUNTS = { new: 0, changed: 0, same: 0, gone: 0, bad: 0, warned: 0, selected: 0 };

/** An answer with every count: a load that has not been checked has none. */
export function whole(load: LoadAnswer): LoadAnswer {
  return { ...load, counts: { ...NO_COUNTS, ...load.counts } };
}

/** The table that is loaded, or the only one of the file. */
export function tableOf(load: LoadAnswer): Table | null {
  const found = load.tables.find((one) => one.name === load.table);
  return found ?? (load.tables.length === 1 ? (load.tables[0] ?? null) : null);
}

function hasStep(load: LoadAnswer, step: Step): boolean {
  if (step === "file") return load.kind === "file" || load.tables.length > 0;
  if (questionsAt(load, step).length > 0) return true;
  if (step === "crs") return load.reading !== null;
  if (step === "fields") return load.mapping.length > 0;
  return true;
}

/** The steps of a load as far as is known: a raster has no fields, an undo has only its end. */
export function stepsOf(load: LoadAnswer): Step[] {
  if (load.kind === "rollback" || load.kind === "derived") return ["done"];
  const isRaster = tableOf(load)?.format === "geotiff";
  if (isRaster || load.kind === "fix" || isOver(load)) return STEPS.filter((step) => hasStep(load, step));
  return [...STEPS];
}

/** The steps that can be opened now. */
export function reached(load: LoadAnswer): Step[] {
  return stepsOf(load).filter((step) => {
    if (step === "done") return isOver(load);
    if (step === "check") return ["checked", "committing", "loaded", "unchanged"].includes(load.state);
    return hasStep(load, step);
  });
}

/** The step that needs the person now: the first open question, else the check, else the end. */
export function stepFor(load: LoadAnswer): Step {
  if (isOver(load)) return "done";
  const asked = stepsOf(load).find((step) => questionsAt(load, step).length > 0);
  if (asked) return asked;
  if (load.state === "checked" || load.state === "committing") return "check";
  return "file";
}

/** The step before or after one among those that are open; null at the ends. */
export function neighbour(load: LoadAnswer, step: Step, by: 1 | -1): Step | null {
  const open = reached(load);
  return open[open.indexOf(step) + by] ?? null;
}

/** A patch for the server: `layer` stands beside the profile and not in it. */
export function asRequest(patch: Patch): { layer?: string; profile?: Patch } {
  const { layer, ...profile } = patch;
  return {
    ...(typeof layer === "string" ? { layer } : {}),
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
  };
}

/** Whether a mode takes rows away that the file does not have. */
export function removesGone(mode: Mode): boolean {
  return mode === "sync" || mode === "replace";
}

/** How many rows are served now, out of the counts of a comparison. */
export function servedRows(load: LoadAnswer): number {
  const { changed, same, gone } = load.counts;
  return changed + same + gone;
}

/** The share of the served rows that would be taken away. */
export function goneShare(load: LoadAnswer): number {
  const served = servedRows(load);
  return served === 0 ? 0 : load.counts.gone / served;
}

/** What keeps a load from being committed now. */
export type Hindrance = "questions" | "bad" | "gone" | "state" | null;

export function hindrance(load: LoadAnswer): Hindrance {
  if (load.questions.length > 0) return "questions";
  if (load.state !== "checked" || load.running) return "state";
  const { mode = "upsert", bad_rows = "refuse", max_gone = 0.05 } = load.profile;
  if (load.counts.bad > 0 && bad_rows === "refuse") return "bad";
  if (mode === "sync" && goneShare(load) > max_gone) return "gone";
  return null;
}

/** Whether committing would write nothing. */
export function isNothing(load: LoadAnswer): boolean {
  const { new: fresh, changed, gone } = load.counts;
  return fresh === 0 && changed === 0 && (gone === 0 || !removesGone(load.profile.mode ?? "upsert"));
}
