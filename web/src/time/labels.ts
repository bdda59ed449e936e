/** Where the figures of a storm stand: outside their arc, away from the track, so that no line runs through one. */

import type { Feature, FeatureCollection, Position } from "geojson";

/** Parts of an arc that a figure may stand at: not at its ends, where two quarters meet. */
const PARTS = [0.5, 0.3, 0.7] as const;
const PARTS_OF_RING = [0.5, 0.125, 0.375, 0.625, 0.875] as const;
/** Corners of the track that tell from which side it comes to the eye. */
const NEAR = 4;
const MIDDLE_WORTH = 0.25;
const ANCHORS = ["left", "bottom-left", "bottom", "bottom-right", "right", "top-right", "top", "top-left"];

/** Degrees as a plane: a degree of longitude is shorter than one of latitude. */
function vector(from: Position, to: Position): [x: number, y: number] {
  const [x = 0, y = 0] = from;
  const [u = 0, v = 0] = to;
  return [(u - x) * Math.cos((y * Math.PI) / 180), v - y];
}

/** The anchor of a text that stands in a direction from its point: to the right of it the text begins at its left. */
export function anchorTowards([x, y]: [x: number, y: number]): string {
  const eighth = Math.round(Math.atan2(y, x) / (Math.PI / 4));
  return ANCHORS[(eighth + 8) % 8] as string;
}

function nearest(place: Position, line: readonly Position[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 1; n < line.length; n++) {
    const [px, py] = vector(line[n - 1] as Position, place);
    const [dx, dy] = vector(line[n - 1] as Position, line[n] as Position);
    const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
  }
  return least;
}

function middleOf(line: readonly Position[]): Position {
  const sum = line.reduce(([x = 0, y = 0], [u = 0, v = 0]) => [x + u, y + v], [0, 0]);
  return sum.map((one) => one / line.length);
}

function linesOf(kind: string, { features }: FeatureCollection): Position[][] {
  return features.flatMap(({ geometry, properties }) =>
    properties?.kind === kind && geometry.type === "LineString" ? [geometry.coordinates] : [],
  );
}

/** The place on an arc for its figure: furthest from track and other arcs, of places about as far the middle one. */
function labelOf(arc: Feature, eyes: readonly Position[], others: readonly Position[][]): Feature | null {
  if (arc.geometry.type !== "LineString") return null;
  const line = arc.geometry.coordinates;
  const [first = [], last = []] = [line[0], line.at(-1)];
  const isRing = first[0] === last[0] && first[1] === last[1];
  const size = Math.hypot(...vector(line[0] as Position, line[Math.floor(line.length / 2)] as Position));
  let best: Position | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const part of isRing ? PARTS_OF_RING : PARTS) {
    const place = line[Math.round(part * (line.length - 1))] as Position;
    const away = Math.min(size, ...others.filter((one) => one !== line).map((one) => nearest(place, one)));
    const worth = away - MIDDLE_WORTH * size * Math.abs(part - 0.5);
    if (worth > most) [best, most] = [place, worth];
  }
  if (!best) return null;
  const middle = middleOf(line);
  const far = (eye: Position) => Math.hypot(...vector(eye, middle));
  const eye = eyes.reduce((a, b) => (far(b) < far(a) ? b : a), eyes[0] ?? middle);
  const anchor = anchorTowards(vector(eye, best));
  return {
    type: "Feature",
    properties: { ...arc.properties, kind: "figure", anchor },
    geometry: { type: "Point", coordinates: best },
  };
}

/** The storms of a moment with a place for every figure, and the name beside the eye on the side the track is not. */
export function withLabels(storms: FeatureCollection): FeatureCollection {
  const ways = linesOf("way", storms);
  const eyes = storms.features.flatMap(({ geometry, properties }) =>
    properties?.kind === "eye" && geometry.type === "Point" ? [geometry.coordinates] : [],
  );
  const lines = [...ways, ...linesOf("arc", storms)];
  const figures = storms.features
    .filter((one) => one.properties?.kind === "arc")
    .flatMap((one) => labelOf(one, eyes, lines) ?? []);
  const named = storms.features.map((one) => {
    if (one.properties?.kind !== "eye" || one.geometry.type !== "Point") return one;
    const eye = one.geometry.coordinates;
    const far = (place: Position) => Math.hypot(...vector(eye, place));
    const came = ways.flat().sort((a, b) => far(a) - far(b));
    const isSouth = came.length > 0 && vector(eye, middleOf(came.slice(0, NEAR)))[1] < 0;
    return { ...one, properties: { ...one.properties, anchor: isSouth ? "bottom" : "top" } };
  });
  return { ...storms, features: [...named, ...figures] };
}
