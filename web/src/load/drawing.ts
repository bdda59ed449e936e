/** What the wizard draws on the map: where a reading of the coordinates puts the data, and where another would. */

import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import type { Tokens } from "../theme";
import type { Bounds } from "../types";

export type Points = readonly Position[];

/** `chosen` is drawn as upright crosses, `other` as turned ones, with a thin line from each place to the other. */
export type Drawing = { chosen: Geometry | null; other: Points; links: readonly [Position, Position][] };

const LIMIT = 85;

function onEarth([lon, lat]: Position): boolean {
  return (
    Number.isFinite(lon) &&
    Number.isFinite(lat) &&
    Math.abs(lon ?? 999) <= 180 &&
    Math.abs(lat ?? 999) <= LIMIT
  );
}

function multiPoint(points: Points): Geometry {
  return { type: "MultiPoint", coordinates: points.filter(onEarth) };
}

/** A drawing of one reading, and of another one to compare it with. The points of both stand in the same order. */
export function compare(chosen: Points, other: Points): Drawing {
  const links: [Position, Position][] = [];
  if (chosen.length === other.length) {
    chosen.forEach((from, at) => {
      const to = other[at];
      if (to && onEarth(from) && onEarth(to)) links.push([from, to]);
    });
  }
  return { chosen: multiPoint(chosen), other: other.filter(onEarth), links: links.slice(0, 60) };
}

/** A drawing of places that are settled. */
export function settled(geometry: Geometry | Record<string, never> | null): Drawing | null {
  if (!geometry || !("type" in geometry)) return null;
  return { chosen: geometry as Geometry, other: [], links: [] };
}

function* positions(geometry: Geometry): Generator<Position> {
  if (geometry.type === "GeometryCollection") {
    for (const one of geometry.geometries) yield* positions(one);
    return;
  }
  const walk = function* (value: unknown): Generator<Position> {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number") yield value as Position;
    else for (const one of value) yield* walk(one);
  };
  yield* walk(geometry.coordinates);
}

/** The box around a drawing; null when there is nothing to show. */
export function boundsOf(drawing: Drawing | null): Bounds | null {
  if (!drawing) return null;
  const all = [...(drawing.chosen ? positions(drawing.chosen) : []), ...drawing.other].filter(onEarth);
  if (all.length === 0) return null;
  const box: Bounds = [180, LIMIT, -180, -LIMIT];
  for (const [lon = 0, lat = 0] of all) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

function feature(geometry: Geometry): Feature {
  return { type: "Feature", properties: {}, geometry };
}

function collection(geometries: (Geometry | null)[]): FeatureCollection {
  return { type: "FeatureCollection", features: geometries.filter((one) => one !== null).map(feature) };
}

/** The sources of a drawing, named after `prefix`. */
export function drawingSources(prefix: string, drawing: Drawing | null): Record<string, SourceSpecification> {
  const lines: Geometry | null = drawing?.links.length
    ? { type: "MultiLineString", coordinates: drawing.links.map((one) => [...one]) }
    : null;
  const other = drawing?.other.length ? multiPoint(drawing.other) : null;
  return {
    [`${prefix}chosen`]: { type: "geojson", data: collection([drawing?.chosen ?? null]) },
    [`${prefix}other`]: { type: "geojson", data: collection([other]) },
    [`${prefix}links`]: { type: "geojson", data: collection([lines]) },
  };
}

/** A veil over what is drawn otherwise, so that the data in question stands out in ink and paper alone. */
export function veilLayer(prefix: string, tokens: Tokens): LayerSpecification {
  return {
    id: `${prefix}veil`,
    type: "background",
    paint: { "background-color": tokens.paper, "background-opacity": 0.6 },
  };
}

/** The layers of a drawing: ink and paper only, because the four risk colours mean grades and nothing else. */
export function drawingLayers(prefix: string, tokens: Tokens): LayerSpecification[] {
  const chosen = `${prefix}chosen`;
  return [
    {
      id: `${prefix}links`,
      type: "line",
      source: `${prefix}links`,
      paint: { "line-color": tokens.ink, "line-width": 0.8, "line-opacity": 0.55, "line-dasharray": [3, 3] },
    },
    {
      id: `${prefix}area`,
      type: "line",
      source: chosen,
      filter: ["!=", ["geometry-type"], "Point"],
      paint: { "line-color": tokens.ink, "line-width": 1.8 },
    },
    crosses(`${prefix}other`, "load-other"),
    crosses(chosen, "load-chosen"),
  ];
}

/** Crosses at all points of a source: a dot would be taken for a vehicle, a house for a shelter. */
function crosses(source: string, image: string): LayerSpecification {
  return {
    id: source,
    type: "symbol",
    source,
    filter: ["==", ["geometry-type"], "Point"],
    layout: {
      "icon-image": image,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 6, 0.7, 12, 1],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
    },
  };
}
