/** The shapes of the answers about grades, zones and the figures of the plan. */

import type { ClassValue, Text } from "./types";

export type CutoffSet = { id: string; version: number; confirmed: boolean };

export type Member = {
  layer: string;
  key: string;
  name: string;
  grade: number | null;
  word: Text;
  gb18218_grade: number | null;
  method: string | null;
  cutoffs: CutoffSet | null;
  reason: Text;
  assessed_on: string | null;
};

export type Alpha = {
  residents_500m: number | null;
  alpha_declared: number | null;
  r_value: number | null;
  gb18218_grade: number | null;
  residents_raster: number | null;
  alpha_raster: number | null;
  r_raster: number | null;
  gb18218_grade_raster: number | null;
  boundary: "plant" | "point" | null;
};

export type Target = {
  layer: string;
  key: string;
  name: string;
  kind: Text;
  persons: number | null;
  allowed: string;
  exceeded: boolean;
};

export type Why = {
  layer: string;
  key: string;
  grade: number | null;
  word: Text;
  reason: { zh: string | null; en: string | null };
  rule: (Text & { confirmed: boolean }) | null;
  method: string | null;
  cutoffs: CutoffSet[];
  counts: { value: number | null; label: Text; count: number }[];
  members: { total: number; items: Member[] } | null;
  override: { reason: string; person: string; until: string; worst: number | null } | null;
  natural: { kind: Text; level: number; word: Text; zones: number }[];
  alpha: Alpha | null;
  targets: { contour: string; loaded: boolean; exceeded: number; items: Target[] } | null;
  assessed_on: string | null;
};

export type ZoneRow = {
  code: string;
  name: string;
  city: string | null;
  grade: number | null;
  word: Text;
  n_red: number;
  n_orange: number;
  n_yellow: number;
  n_blue: number;
  n_ungraded: number;
  overridden: boolean;
};

export type ZoneList = {
  layer: string;
  version: string;
  total: number;
  classes: { value: ClassValue; count: number }[];
  rows: ZoneRow[];
  unconfirmed: string[];
};

export type Kpi = {
  id: string;
  title: Text;
  layer: string;
  filter: string;
  share: boolean;
  on: string;
  loaded: boolean;
  count: number | null;
  of: number | null;
  value: number | null;
  met: boolean | null;
  target: { value: number; most: boolean; source: string; confirmed: boolean } | null;
};

export type KpiList = { at: string | null; on: string; kpis: Kpi[] };

export type ChangedObject = {
  key: string;
  name: string | null;
  what: string;
  before: ClassValue;
  after: ClassValue;
};

export type ChangeList = {
  layer: string;
  after_at: string;
  total: number;
  counts: { what: string; before: ClassValue; after: ClassValue; count: number }[];
  objects: ChangedObject[];
};

export type VersionList = { versions: { version: string; at: string; rows: number }[] };

export type OverrideRequest = { grade: number; reason: string; person: string; until: string };

export type DecisionList = { overrides: { id: number; layer: string; zone: string; holds: boolean }[] };
