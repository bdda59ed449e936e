/** What a chosen place adds to the map: the footprint, rings of distance, the way of the first base, a second reading. */

import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { Tokens } from "../theme";
import type { Around } from "./types";

export type PlaceDrawing = {
  around: Around | null;
  /** Where the coordinates would lie if a web map had shifted them. */
  second: [lon: number, lat: number] | null;
  /** Corners of a footprint that is being drawn. */
  corners: readonly [lon: number, lat: number][];
  incidents: readonly { lon: number; lat: number; title: string }[];
};

export const NO_PLACE: PlaceDrawing = { around: null, second: null, corners: [], incidents: [] };

function feature(geometry: Geometry, kind: string, more: Record<string, string> = {}): Feature {
  return { type: "Feature", properties: { kind, ...more }, geometry };
}

/** What stands in the lists, by the sign it is drawn with inside its ring; hazards are a ring alone, their dot is the layer's. */
export const LISTED = ["hazards", "shelters", "teams", "landing", "targets"] as const;
export type Listed = (typeof LISTED)[number];
export const LISTED_ICON: Record<Exclude<Listed, "hazards">, string> = {
  shelters: "shelter-township",
  teams: "team",
  landing: "landing",
  targets: "target",
};

export function listedIn(around: Around): Record<Listed, readonly { lon: number; lat: number }[]> {
  const { hazards, shelters, targets, rescue } = around;
  return {
    hazards: hazards.items,
    shelters: shelters.items,
    targets: targets.items,
    landing: rescue.landing,
    teams: rescue.teams,
  };
}

function features({ around, second, corners, incidents }: PlaceDrawing): Feature[] {
  const found: Feature[] = [];
  if (around && corners.length === 0) {
    found.push(feature(around.footprint.geometry, "footprint"));
    const base = around.rescue.bases.find((one) => one.within);
    if (base) {
      const line = [
        [base.lon, base.lat],
        [around.lon, around.lat],
      ];
      found.push(feature({ type: "LineString", coordinates: line }, "way"));
    }
  }
  if (around) {
    for (const [sign, places] of Object.entries(listedIn(around)))
      for (const one of places)
        found.push(feature({ type: "Point", coordinates: [one.lon, one.lat] }, "listed", { sign }));
  }
  if (second) found.push(feature({ type: "Point", coordinates: second }, "second"));
  for (const one of incidents) {
    const geometry: Geometry = { type: "Point", coordinates: [one.lon, one.lat] };
    found.push({ type: "Feature", properties: { kind: "incident", name: one.title }, geometry });
  }
  const [first] = corners;
  if (first) {
    const path = corners.length > 2 ? [...corners, first] : [...corners];
    if (path.length > 1) found.push(feature({ type: "LineString", coordinates: path }, "drawing"));
    for (const corner of corners) found.push(feature({ type: "Point", coordinates: corner }, "corner"));
  }
  return found;
}

export function placeSource(drawing: PlaceDrawing): SourceSpecification {
  const data: FeatureCollection = { type: "FeatureCollection", features: features(drawing) };
  return { type: "geojson", data, tolerance: 0.1 };
}

/** The layers, lowest first; `prefix` names the source and the layers. */
export function placeLayers(prefix: string, tokens: Tokens): LayerSpecification[] {
  const is = (kind: string) => ["==", ["get", "kind"], kind];
  const make = (id: string, kind: string, rest: object) =>
    ({ id: `${prefix}${id}`, source: prefix, filter: is(kind), ...rest }) as LayerSpecification;
  const round = { "line-join": "round", "line-cap": "round" };
  return [
    make("foot-shade", "footprint", {
      type: "fill",
      paint: { "fill-color": tokens.ink, "fill-opacity": 0.08 },
    }),
    make("foot-casing", "footprint", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.paper, "line-width": 5, "line-opacity": 0.85 },
    }),
    make("foot", "footprint", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.ink, "line-width": 2.2 },
    }),
    make("way", "way", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.ink, "line-width": 1.2, "line-dasharray": [1, 3] },
    }),
    make("drawing", "drawing", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.accent, "line-width": 2, "line-dasharray": [2, 2] },
    }),
    make("corner", "corner", {
      type: "circle",
      paint: {
        "circle-radius": 4,
        "circle-color": tokens.paper,
        "circle-stroke-color": tokens.accent,
        "circle-stroke-width": 2,
      },
    }),
    make("listed-sign", "listed", {
      type: "symbol",
      filter: ["all", is("listed"), ["!=", ["get", "sign"], "hazards"]],
      layout: {
        "icon-image": ["get", ["get", "sign"], ["literal", LISTED_ICON]],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.55, 13, 1],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    }),
    make("listed", "listed", {
      type: "circle",
      filter: ["all", is("listed"), ["==", ["get", "sign"], "hazards"]],
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 9, 2.5, 14, 6],
        "circle-opacity": 0,
        "circle-stroke-color": tokens.ink,
        "circle-stroke-width": 1.4,
      },
    }),
    make("incident", "incident", {
      type: "symbol",
      layout: {
        "icon-image": "incident",
        "icon-allow-overlap": true,
        "text-field": ["get", "name"],
        "text-size": 12,
        "text-offset": [0, 1.2],
        "text-anchor": "top",
        "text-optional": true,
      },
      paint: { "text-color": tokens.ink, "text-halo-color": tokens.paper, "text-halo-width": 1.5 },
    }),
    make("second", "second", {
      type: "circle",
      paint: {
        "circle-radius": 9,
        "circle-opacity": 0,
        "circle-stroke-color": tokens.ink2,
        "circle-stroke-width": 2,
      },
    }),
  ];
}
