/** The shapes of the answers about loads. Places are degrees WGS 84, shares 0 to 1, sizes bytes. */

import type { Geometry } from "geojson";
import type { Text } from "../types";

export type LoadState =
  | "received"
  | "staged"
  | "checked"
  | "committing"
  | "loaded"
  | "unchanged"
  | "refused"
  | "failed"
  | "discarded";

export type Severity = "info" | "warning" | "error";

export type Finding = {
  code: string;
  severity: Severity;
  zh: string;
  en: string;
  where: Record<string, unknown>;
};

export type Column = { name: string; type: string; recovered: boolean };

export type Encoding = {
  name: string;
  evidence: Text;
  claims: string[];
  certain: boolean;
  samples: string[];
};

/** Rows are counted as an editor or a spreadsheet does; `shown` are the first that hold something. */
export type Heading = {
  row: number;
  data_row: number;
  why: Text;
  shown: (readonly [row: number, text: string])[];
};

export type Table = {
  name: string;
  format: string;
  rows: number | null;
  geometry: string;
  columns: Column[];
  encoding: Encoding | null;
  crs: string | null;
  coordinates: Record<string, string> | null;
  heading: Heading | null;
  rows_shown: Record<string, string | null>[];
  findings: Finding[];
};

export type Candidate = {
  key: string;
  title: Text;
  swapped: boolean;
  datum: string;
  confidence: number;
  in_province: number;
  in_county: number | null;
  evidence: Text;
  outline: [lon: number, lat: number][];
};

/** How the coordinates are read; `chosen` is a place in `candidates`, null while the decision is open. */
export type Reading = {
  chosen: number | null;
  candidates: Candidate[];
  notes: Finding[];
  operation: Text | null;
};

/** A change of the profile: the keys that are replaced. `layer` is not part of the profile but may stand here. */
export type Patch = Record<string, unknown>;

export type Option = { set: Patch; zh: string; en: string };

export type Question = { code: string; field: string; zh: string; en: string; options: Option[] };

export type FieldSource = { field: string; column: string | null; constant: unknown; how: string };

export type Progress = { step: Text; done: number; total: number | null };

export type LoadCounts = {
  new: number;
  changed: number;
  same: number;
  gone: number;
  bad: number;
  warned: number;
  selected: number;
};

export type Mode = "append" | "upsert" | "replace" | "sync";
export type BadRows = "refuse" | "skip";

/** The keys of a profile that the page reads; the others are passed on as they are. */
export type Profile = {
  table?: string | null;
  x?: string | null;
  y?: string | null;
  crs?: string | null;
  force_crs?: boolean;
  data_datum?: string | null;
  swap_axes?: "auto" | "yes" | "no";
  shift?: Record<string, unknown> | null;
  offset?: string | null;
  encoding?: string | null;
  header_row?: number | null;
  data_row?: number | null;
  rename?: Record<string, string>;
  set?: Record<string, unknown>;
  values?: Record<string, Record<string, unknown>>;
  key_from?: string[];
  mode?: Mode;
  max_gone?: number;
  bad_rows?: BadRows;
  [other: string]: unknown;
};

export type LoadAnswer = {
  id: string;
  revision: number;
  kind: "file" | "fix" | "rollback" | "derived";
  parent: string | null;
  state: LoadState;
  running: boolean;
  progress: Progress | null;
  layer: string | null;
  file: string;
  file_bytes: number;
  person: string;
  started_at: string;
  finished_at: string | null;
  profile: Profile;
  table: string | null;
  tables: Table[];
  reading: Reading | null;
  mapping: FieldSource[];
  unused: string[];
  questions: Question[];
  findings: Finding[];
  counts: LoadCounts;
  rows_in: number;
  rows_loaded: number;
  rows_refused: number;
  base: string | null;
  version: string | null;
  message: Text;
  problem: Record<string, unknown> | null;
};

export type LoadList = { loads: LoadAnswer[] };

export type Fault = {
  row: number;
  line: number | null;
  key: string | null;
  field: string;
  code: string;
  severity: Severity;
  value: string;
  zh: string;
  en: string;
};

export type FaultKind = { field: string; code: string; severity: Severity; count: number };

export type FaultList = { load: string; total: number; kinds: FaultKind[]; faults: Fault[] };

export type ChangedField = { field: string; before: unknown; after: unknown };

export type SampleRow = {
  key: string;
  title: string | null;
  at: [lon: number, lat: number];
  fields: ChangedField[];
};

export type Preview = {
  load: string;
  revision: number;
  base: string | null;
  version: string | null;
  counts: LoadCounts;
  new: SampleRow[];
  changed: SampleRow[];
  gone: SampleRow[];
  faults: FaultList;
  outline: Geometry | Record<string, never>;
};

export type LoadPatch = { layer?: string; profile?: Patch };

export type CommitRequest = { mode?: Mode; bad_rows?: BadRows; max_gone?: number; person?: string };

export type TargetField = {
  name: string;
  title: Text;
  type: string;
  required: boolean;
  choices: Record<string, Text> | null;
};

export type Target = {
  id: string;
  title: Text;
  kind: "vector" | "raster";
  geometry: string;
  key: string | null;
  fields: TargetField[];
};

export type TargetList = {
  targets: Target[];
  formats: string[];
  most_bytes: number;
  offset_conversion: boolean;
};

export type SavedProfile = {
  name: string;
  version: number;
  layer: string;
  columns: string[];
  body: Profile;
  saved_by: string;
  saved_at: string;
};

export type ProfileList = { profiles: SavedProfile[] };

export type SaveProfile = { layer: string; columns: string[]; body: Profile; saved_by: string };
