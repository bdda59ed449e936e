/** Changes of a profile as patches. A patch replaces whole keys, so dictionaries are sent whole. */

import type { Candidate, FieldSource, LoadAnswer, Patch, Profile, Table } from "./types";

export const ROW_NUMBER = "#row";
export const CONTENT = "#content";

/** Where a field's values come from, as a person chooses it. */
export type Source =
  | { kind: "column"; column: string }
  | { kind: "constant"; value: unknown }
  | { kind: "none" };

/** The choice that a load has now for a field. */
export function sourceOf(load: LoadAnswer, field: string): Source {
  const found = load.mapping.find((one) => one.field === field);
  if (found?.column) return { kind: "column", column: found.column };
  const constant = load.profile.set?.[field] ?? found?.constant ?? null;
  return constant === null ? { kind: "none" } : { kind: "constant", value: constant };
}

/** Take a field from a column, a constant or nowhere. One column fills one field. */
export function mapField(profile: Profile, field: string, source: Source): Patch {
  const rename = Object.fromEntries(
    Object.entries(profile.rename ?? {}).filter(([, target]) => target !== field),
  );
  const set = Object.fromEntries(Object.entries(profile.set ?? {}).filter(([name]) => name !== field));
  if (source.kind === "column") rename[source.column] = field;
  // Null as a constant keeps the names from finding a column for the field again.
  else set[field] = source.kind === "constant" ? source.value : null;
  return { rename, set };
}

/** Read coordinates in the system of a candidate. The file's own definition has no code that could be named. */
export function useCandidate(candidate: Candidate): Patch {
  const isOwn = candidate.key === "WKT";
  return {
    crs: isOwn ? null : candidate.key,
    force_crs: !isOwn,
    swap_axes: candidate.swapped ? "yes" : "no",
  };
}

/** Take a candidate: as the open question would, where there is one about it, because it asks for no more than needed. */
export function answerFor(load: LoadAnswer, candidate: Candidate): Patch {
  const options = load.questions.flatMap((one) => one.options.map((option) => option.set));
  const isAbout = (set: Patch) =>
    (set.crs === candidate.key && (set.swap_axes === "yes") === candidate.swapped) ||
    (set.data_datum !== undefined && set.data_datum === candidate.datum);
  return options.find(isAbout) ?? useCandidate(candidate);
}

/** Everything a person may have said about the coordinates taken back: the recogniser decides, or asks again. */
export const CRS_FORGOTTEN: Patch = {
  crs: null,
  force_crs: false,
  data_datum: null,
  swap_axes: "auto",
  shift: null,
  offset: null,
};

/** Whether a person has said anything about the coordinates. */
export function isCrsSaid(profile: Profile): boolean {
  const { crs, force_crs, data_datum, swap_axes = "auto", shift, offset } = profile;
  return Boolean(crs || force_crs || data_datum || shift || offset) || swap_axes !== "auto";
}

/** What a person typed as a coordinate system: a bare number is an EPSG code; null when it is neither. */
export function crsTyped(text: string): string | null {
  const plain = text.trim();
  const code = /^(?:epsg[:：\s]*)?(\d{4,6})$/i.exec(plain);
  if (code) return `EPSG:${code[1]}`;
  return /^(PROJ|GEOG|COMPD|BOUND)[A-Z]*\[/i.test(plain) ? plain : null;
}

/** The first five values of a column. */
export function samplesOf(table: Table | null, column: string | null): (string | null)[] {
  if (!table || column === null) return [];
  return table.rows_shown.slice(0, 5).map((row) => row[column] ?? null);
}

/** Translate spellings of the file into codes of the layer; an empty code takes a translation back. */
export function translate(profile: Profile, field: string, words: Record<string, string>): Patch {
  const known = { ...profile.values?.[field] };
  for (const [spelling, code] of Object.entries(words)) {
    if (code === "") delete known[spelling];
    else known[spelling] = code;
  }
  return { values: { ...profile.values, [field]: known } };
}

/** What of a profile is worth keeping for the next file: not the date and the table of this one. */
export function profileToSave(load: LoadAnswer): Profile {
  const { table: _table, source_date: _date, ...kept } = load.profile;
  return load.tables.length > 1 ? { ...kept, table: load.profile.table ?? null } : kept;
}

/** Fields in the order of need: required ones without a source first. */
export function isMissing(
  mapping: readonly FieldSource[],
  field: string,
  keyFrom: readonly string[],
  key: string | null,
) {
  if (field === key && keyFrom.length > 0) return false;
  const found = mapping.find((one) => one.field === field);
  return !found || (found.column === null && (found.constant === null || found.constant === undefined));
}
