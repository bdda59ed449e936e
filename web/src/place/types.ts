/** The shapes of the answers of search and around. Metres, minutes, degrees. */

import type { Geometry } from "geojson";
import type { Text } from "../types";

export type Reading = {
  lon: number;
  lat: number;
  system: string;
  title: Text;
  how: Text;
  inside: boolean;
  likely: boolean;
};

export type SearchHit = {
  layer: string;
  key: string;
  name: string;
  name_en: string | null;
  areas: string[];
  lon: number;
  lat: number;
  grade: number | null;
  match: string;
};

export type SearchAnswer = {
  q: string;
  readings: Reading[];
  fault: { code: string; detail: string; detail_en: string } | null;
  hits: SearchHit[];
  total: number;
  about: boolean;
  cut: boolean;
};

export type Away = {
  layer: string;
  key: string;
  name: string;
  name_en: string | null;
  lon: number;
  lat: number;
  distance_m: number;
  bearing_deg: number;
  direction: Text;
  in_footprint: boolean;
};

export type HazardNear = Away & {
  kind: Text;
  grade: number | null;
  word: Text;
  gb18218_grade: number | null;
  substances: Text[];
  overdue: number;
};

export type TargetNear = Away & { kind: Text; persons: number | null };

export type BaseAway = Away & {
  status: string;
  preparation_min: number;
  flight_min: number;
  total_min: number;
  on_scene: string;
  within: boolean;
  why: Text;
  shortfall: Text | null;
};

export type ShelterAway = Away & {
  capacity: number | null;
  free: number | null;
  sum_free: number | null;
  status: string | null;
  phone: string | null;
  level: Text | null;
  why: Text;
  shortfall: Text | null;
};

export type TeamAway = Away & {
  people: number | null;
  phone: string | null;
  status: string | null;
  why: Text;
  shortfall: Text | null;
};

export type MoverAway = {
  id: string;
  name: string;
  kind: string;
  lon: number;
  lat: number;
  distance_m: number;
  direction: Text;
  age_s: number;
  stale: boolean;
};

export type ZoneHere = {
  layer: string;
  title: Text;
  key: string;
  name: string;
  name_en: string | null;
  grade: number | null;
  word: Text;
  because: Text;
  overridden: boolean;
  graded_on: string | null;
};

export type RingCount = {
  within_m: number;
  hazards: number;
  grades: { grade: number | null; count: number }[];
  targets: number;
  people: number | null;
};

export type Around = {
  lon: number;
  lat: number;
  readings: Text[];
  at: string | null;
  asked_at: string;
  hazard: string | null;
  inside: boolean;
  nearest: { name: string; distance_m: number; direction: Text } | null;
  areas: { layer: string; key: string; level: string; name: string; name_en: string | null }[];
  zones: ZoneHere[];
  worst_zone: ZoneHere | null;
  footprint: {
    kind: string;
    geometry: Geometry;
    area_km2: number;
    people: number | null;
    people_source: Text;
  };
  rings: RingCount[];
  hazards: { layer: string | null; total: number; found: number; in_footprint: number; items: HazardNear[] };
  targets: {
    layer: string | null;
    total: number;
    found: number;
    in_footprint: number;
    persons_in_footprint: number;
    items: TargetNear[];
  };
  rescue: {
    response_min: number;
    radius_km: number;
    bases: BaseAway[];
    landing: Away[];
    teams: TeamAway[];
    movers: MoverAway[];
  };
  shelters: {
    layer: string | null;
    need: number | null;
    free: number;
    over: number;
    counted: number;
    searched_m: number;
    enough_within_m: number | null;
    items: ShelterAway[];
    unfit: ShelterAway[];
  };
  sources: {
    layer: string;
    title: Text;
    version: string;
    name: string;
    date: string | null;
    generated: boolean;
  }[];
  missing: Text[];
  summary: Text;
};
