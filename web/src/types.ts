/** The shapes of the server's answers. Units stand in the field names: km, km², minutes, km/h. */

import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";

export type Lang = "zh" | "en";
export type Theme = "day" | "night";
export type Bounds = [west: number, south: number, east: number, north: number];
export type ClassValue = number | string | null;

/** A text in both languages of the interface; a missing language falls back to the other one. */
export type Text = { zh?: string; en?: string };

export type LegendClass = {
  value: ClassValue;
  label: Text;
  colour: string;
  pattern: string;
  symbol: string;
  count?: number;
};

export type Legend = { field: string; title: Text; classes: LegendClass[] };

export type PopupField = {
  field: string;
  title: Text;
  format: string;
  unit: string | Text | null;
  values: Record<string, Text> | null;
  /** May be set by dispatchers between two loads. */
  live: boolean;
};

export type LayerInfo = {
  id: string;
  title: Text;
  description: Text;
  group: string;
  kind: "vector" | "raster";
  geometry: "point" | "line" | "polygon" | "raster";
  status: string;
  version: string | null;
  count: number | null;
  visible: boolean;
  generated: boolean;
  source_name: string | null;
  source_date: string | null;
  owner: string | null;
  licence: string | null;
  loaded_at: string | null;
  title_field: string | null;
  legend: Legend | null;
  /** Named parts that can be shown and counted alone. */
  filters: { id: string; title: Text }[];
  /** Holds zones: can be listed. */
  zones: boolean;
  /** Its items say why they have their colour. */
  explains: boolean;
  /** Sets of constants behind its grades that nobody has signed. */
  unconfirmed: string[];
  popup: PopupField[];
  bounds: Bounds | null;
  source: (SourceSpecification & { attribution?: string }) | null;
  style: Record<Theme, LayerSpecification[]>;
};

export type Catalogue = {
  title: Text;
  generated: boolean;
  at: string | null;
  notice: Text | null;
  bounds: Bounds | null;
  groups: { id: string; title: Text }[];
  layers: LayerInfo[];
};

export type Counts = {
  layer: string;
  version: string;
  total: number;
  classes: { value: ClassValue; count: number }[];
};

export type Item = {
  layer: string;
  key: string;
  version: string;
  title: string | null;
  properties: Record<string, unknown>;
  centre: [number, number];
  bbox: Bounds;
  source: {
    name: string | null;
    date: string | null;
    owner: string | null;
    generated: boolean;
    loaded_at: string | null;
  };
};

export type RasterValue = {
  layer: string;
  version: string;
  value: number | null;
  unit: Text | string | null;
};

export type Base = {
  id: string;
  name: string;
  name_en?: string | null;
  lon: number;
  lat: number;
  status: string | null;
  preparation_min: number | null;
  cruise_kmh: number | null;
  aircraft?: string | null;
  is_main?: boolean | null;
};

export type BaseList = { layer: string; version: string | null; bases: Base[] };

export type CoverageRequest = {
  bases?: (string | { like?: string; lon: number; lat: number; name?: string })[];
  wind?: { speed_mps: number; from_deg: number };
  wind_rose?: { speed_mps: number; from_deg: number; share: number }[];
  hospital_within_min?: number;
  bands_min?: number[];
  aircraft?: string;
  on_scene_min?: number;
  visibility_m?: number;
  night?: boolean;
  when?: "now";
  no_fly?: Polygon[];
  preparation_min?: number;
  response_min?: number;
  cruise_kmh?: number;
  radius_km?: number;
};

/** What one more base is asked for; the rule as in a coverage request. */
export type SiteRequest = Omit<CoverageRequest, "bases" | "bands_min" | "hospital_within_min" | "when"> & {
  fixed?: CoverageRequest["bases"];
  p: number;
  grid_m: number;
};

export type SiteJob = {
  id: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  result: {
    gap: number;
    covered_share_before: number;
    covered_share_after: number;
    sites: { lon: number; lat: number; name: string; adds: number }[];
  } | null;
  error: { code: string; detail?: string; detail_en?: string } | null;
};

export type Comparison = {
  covered_share_a: number;
  covered_share_b: number;
  covered_people_share_a: number | null;
  covered_people_share_b: number | null;
  unit: string;
  gained_km2: number;
  lost_km2: number;
  gained: Feature<Polygon | MultiPolygon>;
  lost: Feature<Polygon | MultiPolygon>;
  counties: { code: string; name: string; name_en?: string | null; gained: number; lost: number }[];
};

export type Aircraft = { id: string; name_zh: string; name_en: string; cruise_kmh: number; status: string };

/** Who is at a place first; `air` leads with the first base. */
export type Arrival = {
  lon: number;
  lat: number;
  air: {
    base: string;
    name: string;
    name_en?: string | null;
    preparation_min: number;
    minutes: number;
    distance_km: number;
    reached: boolean;
    way: [lon: number, lat: number][];
  }[];
  road_min: number | null;
  first: "air" | "road" | null;
  reached: boolean;
};

export type CoverageBase = {
  id: string;
  name: string;
  name_en?: string | null;
  lon: number;
  lat: number;
  preparation_min: number;
  cruise_kmh: number;
  reach_km: number;
  only_this_people: number | null;
  without_covered_share: number | null;
  without_covered_people_share: number | null;
};

export type Gap = {
  code: string;
  name: string;
  name_en?: string | null;
  city: string | null;
  uncovered_km2: number;
  uncovered_share: number;
  people: number | null;
  uncovered_people: number | null;
  worst_point: [number, number];
  worst_km: number;
  worst_preparation_min: number;
  worst_minutes: number | null;
  nearest_base: string;
  nearest_base_name: string;
};

export type Coverage = {
  rule: {
    reach_km: number;
    binding: "time" | "radius" | "both" | "endurance";
    time_reach_km: number;
    radius_km: number | null;
    preparation_min: number;
    response_min: number;
    cruise_kmh: number;
    /** Bases differ in preparation or speed; the values above are then the nominal ones. */
    per_base?: boolean;
    text: Text;
  };
  land_km2: number;
  covered_km2: number;
  covered_share: number;
  people: number | null;
  covered_people: number | null;
  covered_people_share: number | null;
  twice_covered_share: number;
  twice_covered_people_share: number | null;
  bases: CoverageBase[];
  gaps: Gap[];
  reach: FeatureCollection<Polygon | MultiPolygon>;
  union: Feature<Polygon | MultiPolygon>;
  gap: Feature<Polygon | MultiPolygon>;
  bands?: { within_min: number; covered_share: number; covered_people_share: number | null }[] | null;
  band_areas?: FeatureCollection<Polygon | MultiPolygon> | null;
  rose?: {
    expected_share: number;
    expected_people_share: number | null;
    winds: { speed_mps: number; from_deg: number; share: number; covered_people_share: number | null }[];
  } | null;
  hospital?: {
    within_min: number;
    hospitals: number;
    covered_share: number;
    covered_people_share: number | null;
  } | null;
  error_bound: Record<string, number> | null;
  sources: { layer: string; version: string; name: string | null; date: string | null; generated: boolean }[];
  method: Text | null;
  warnings: { code: string; zh: string; en: string }[];
};

/** The body of an error answer (RFC 9457). */
export type Problem = { status: number; code: string; title?: string; detail?: string; detail_en?: string };
