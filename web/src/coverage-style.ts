/** How coverage is drawn: reach, gaps and bands; and what a planner tries: gained and lost, closed airspace, a way. */

import type { Feature, FeatureCollection, Geometry, Polygon } from "geojson";
import type { SourceSpecification } from "maplibre-gl";
import type { State } from "./state";
import type { Overlay } from "./style";
import { type Drawn, OWN, own } from "./style-parts";
import type { Tokens } from "./theme";
import type { Theme } from "./types";

const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

/** An area drawn corner by corner as a polygon: closed, whichever way round. */
export function closedArea(corners: readonly [number, number][]): Polygon {
  return { type: "Polygon", coordinates: [[...corners, ...corners.slice(0, 1)]] };
}

function collection(shapes: readonly Geometry[]): FeatureCollection {
  const features: Feature[] = shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry }));
  return { type: "FeatureCollection", features };
}

/** The sources of everything that is drawn here; empty where there is nothing to draw. */
export function coverageSources(state: State, overlay: Overlay): Record<string, SourceSpecification> {
  const { coverage, comparison, way } = overlay;
  const closed = state.coverage.noFly.map(closedArea);
  const data = {
    reach: coverage?.reach,
    union: coverage?.union,
    gap: coverage?.gap,
    bands: coverage?.band_areas,
    gained: comparison?.gained,
    lost: comparison?.lost,
    nofly: collection(closed),
    way: way && way.length > 1 ? collection([{ type: "LineString", coordinates: [...way] }]) : null,
  };
  const found: Record<string, SourceSpecification> = {};
  for (const [name, shapes] of Object.entries(data))
    found[OWN + name] = { type: "geojson", data: shapes ?? NOTHING, tolerance: 0.1 };
  return found;
}

export function coverageLayers(theme: Theme, tokens: Tokens, on: boolean): Drawn[] {
  const layout = { visibility: on ? "visible" : "none" };
  // light enough that an orange under it is not taken for a red
  const shade =
    theme === "day"
      ? { "fill-color": "#15202B", "fill-opacity": 0.16 }
      : { "fill-color": "#05080B", "fill-opacity": 0.4 };
  return [
    own("shade", "gap", {
      type: "fill",
      source: `${OWN}gap`,
      layout,
      paint: { ...shade, "fill-antialias": false },
    }),
    own("reach", "bands", {
      type: "line",
      source: `${OWN}bands`,
      layout,
      paint: {
        "line-color": tokens.ink,
        "line-width": 1.2,
        "line-opacity": ["interpolate", ["linear"], ["get", "to_min"], 15, 0.9, 60, 0.3],
      },
    }),
    // Each base's own disc is faint, so that what is reached twice can be seen; the edge of them all is strong.
    own("reach", "reach-discs", {
      type: "line",
      source: `${OWN}reach`,
      layout,
      paint: { "line-color": tokens.ink, "line-width": 1, "line-opacity": 0.45, "line-dasharray": [2, 4] },
    }),
    own("reach", "reach-casing", {
      type: "line",
      source: `${OWN}union`,
      layout,
      paint: { "line-color": tokens.paper, "line-width": 3, "line-opacity": 0.55 },
    }),
    own("reach", "reach", {
      type: "line",
      source: `${OWN}union`,
      layout,
      paint: { "line-color": tokens.ink, "line-width": 1.5, "line-dasharray": [5, 3.5] },
    }),
  ];
}

/** What a planner tries. Ink and hatches only: the four colours mean grades and nothing else. */
export function planLayers(tokens: Tokens, on: boolean): Drawn[] {
  const layout = { visibility: on ? "visible" : "none" };
  const hatched = (name: string, hatch: string) => [
    own("shade", name, {
      type: "fill",
      source: OWN + name,
      layout,
      paint: { "fill-pattern": `hatch-${hatch}`, "fill-opacity": 0.85, "fill-antialias": false },
    }),
    own("reach", `${name}-edge`, {
      type: "line",
      source: OWN + name,
      layout,
      paint: { "line-color": tokens.ink, "line-width": 1.6 },
    }),
  ];
  const drawn = { "line-color": tokens.ink, "line-width": 2 };
  return [
    ...hatched("gained", "dots"),
    ...hatched("lost", "cross"),
    ...hatched("nofly", "diagonal"),
    own("mark", "way-casing", {
      type: "line",
      source: `${OWN}way`,
      layout,
      paint: { "line-color": tokens.paper, "line-width": 5 },
    }),
    own("mark", "way", { type: "line", source: `${OWN}way`, layout, paint: drawn }),
  ];
}
