/**
 * The map's style as a pure function of catalogue, state and results. MapLibre takes the difference to the last
 * one, so a toggle, a filter, a language or a theme never rebuilds the map.
 */

import type { FeatureCollection } from "geojson";
import type {
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { coverageLayers, coverageSources, planLayers } from "./coverage-style";
import { bothFilters, classFilter } from "./filters";
import { type Drawing, drawingLayers, drawingSources, veilLayer } from "./load/drawing";
import { bothPlaces, MOVED, type MovedBases, movedSource } from "./moved-bases";
import { NO_PLACE, type PlaceDrawing, placeLayers, placeSource } from "./place/overlay";
import type { State } from "./state";
import { type Drawn, OWN, own, SLOTS, type Slot } from "./style-parts";
import type { Tokens } from "./theme";
import { withoutVersion } from "./tiles";
import { NO_STORMS, STORMS, stormLayers } from "./time/overlay";
import type { Catalogue, Comparison, Coverage, LayerInfo, Theme } from "./types";

export { OWN, SLOTS };

const LOAD = `${OWN}load-`;
export const MOVERS = `${OWN}movers`;
const PLACE = `${OWN}place`;

/** Prefix, after OWN, of the invisible layers that a click finds. */
export const HIT = "hit/";

export type Overlay = {
  coverage: Coverage | null;
  comparison?: Comparison | null;
  /** Bases that stand elsewhere in the scenario. */
  moved?: MovedBases | null;
  /** The way of the first flight to the marked place. */
  way?: readonly [number, number][] | null;
  /** The marked place, if any. */
  mark: [number, number] | null;
  /** The selected object's layer and key, for an outline when it is an area. */
  selected: { layer: string; key: string } | null;
  /** Vehicles, teams, aircraft. */
  movers?: FeatureCollection;
  /** Storms of the moment that is shown. */
  storms?: FeatureCollection | null;
  /** What the chosen place adds. */
  place?: PlaceDrawing;
  /** Where a load would put its data; the wizard is open and draws. */
  load?: Drawing | null;
};

/** A style layer of any type, seen through the parts that are changed here. */
type Loose = { filter?: FilterSpecification; layout?: Record<string, unknown>; "source-layer"?: string };

function metaOf(layer: LayerSpecification): Record<string, unknown> {
  return (layer.metadata ?? {}) as Record<string, unknown>;
}

function slotOf(layer: LayerSpecification): Slot {
  const word = metaOf(layer)["riskmap:slot"];
  return SLOTS.find((slot) => slot === word) ?? "point";
}

/** Ids of the layers that are on: the person's choice, else the server's. */
export function layersOn(catalogue: Catalogue, state: State): Set<string> {
  const chosen = state.layers;
  const on = catalogue.layers.filter((one) => (chosen ? chosen.includes(one.id) : one.visible));
  return new Set(on.map((one) => one.id));
}

function dress(info: LayerInfo, spec: LayerSpecification, state: State, on: boolean): LayerSpecification {
  const layer: Loose = structuredClone(spec) as unknown as Loose;
  const label = metaOf(spec)["riskmap:text"] as Record<string, unknown> | undefined;
  const layout: Record<string, unknown> = { ...layer.layout, visibility: on ? "visible" : "none" };
  if (label && layout["text-field"] !== undefined) layout["text-field"] = label[state.lang] ?? label.zh;
  layer.layout = layout;
  // Labels of areas live in a layer of their own that has no class; everything else follows the legend.
  if (info.legend && layer["source-layer"] === info.id) {
    const filter = bothFilters(layer.filter, classFilter(info.legend, state.off[info.id] ?? []));
    if (filter) layer.filter = filter;
  }
  return layer as unknown as LayerSpecification;
}

function markLayers(tokens: Tokens): Drawn[] {
  const source = `${OWN}mark`;
  const clear = { "circle-opacity": 0 };
  return [
    own("mark", "mark-casing", {
      type: "circle",
      source,
      paint: {
        ...clear,
        "circle-radius": 14,
        "circle-stroke-width": 4.5,
        "circle-stroke-color": tokens.paper,
      },
    }),
    own("mark", "mark-ring", {
      type: "circle",
      source,
      paint: { ...clear, "circle-radius": 14, "circle-stroke-width": 2, "circle-stroke-color": tokens.ink },
    }),
    own("mark", "mark-dot", {
      type: "circle",
      source,
      paint: {
        "circle-radius": 2.5,
        "circle-color": tokens.ink,
        "circle-stroke-width": 1,
        "circle-stroke-color": tokens.paper,
      },
    }),
  ];
}

/** A small square of ink; hollow and grey when its fix is old. */
function moverLayers(tokens: Tokens): Drawn[] {
  const stale = ["get", "stale"];
  return [
    own("mark", "mover", {
      type: "circle",
      source: MOVERS,
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 6, 2, 12, 5],
        "circle-color": ["case", stale, tokens.paper, tokens.ink],
        "circle-stroke-color": ["case", stale, tokens.ink2, tokens.paper],
        "circle-stroke-width": 1.5,
      },
    }),
    own("mark", "mover-label", {
      type: "symbol",
      source: MOVERS,
      minzoom: 11,
      layout: {
        "text-field": ["get", "label"],
        "text-size": 11,
        "text-anchor": "left",
        "text-offset": [0.7, 0],
        "text-optional": true,
      },
      paint: {
        "text-color": ["case", stale, tokens.ink2, tokens.ink],
        "text-halo-color": tokens.paper,
        "text-halo-width": 1.5,
      },
    }),
  ];
}

function selectionLayers(info: LayerInfo, key: string, tokens: Tokens): Drawn[] {
  const what = {
    type: "line",
    source: info.id,
    "source-layer": info.id,
    filter: ["==", ["to-string", ["get", "id"]], key],
  };
  const join = { layout: { "line-join": "round" } };
  return [
    own("reach", "selected-casing", {
      ...what,
      ...join,
      paint: { "line-color": tokens.paper, "line-width": 5 },
    }),
    own("reach", "selected", { ...what, ...join, paint: { "line-color": tokens.ink, "line-width": 2.2 } }),
  ];
}

/** Areas drawn as lines only can still be asked about: an invisible fill lets a click find them. */
function hitLayer(info: LayerInfo, on: boolean): Drawn | null {
  const isFilled = info.style.day.some((one) => one.type === "fill" && one["source-layer"] === info.id);
  if (info.geometry !== "polygon" || isFilled) return null;
  const layout = { visibility: on ? "visible" : "none" };
  const what = {
    type: "fill",
    source: info.id,
    "source-layer": info.id,
    layout,
    paint: { "fill-opacity": 0 },
  };
  return own("base", `${HIT}${info.id}`, what);
}

function points(place: [number, number] | null): FeatureCollection {
  if (!place) return { type: "FeatureCollection", features: [] };
  return {
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } }],
  };
}

/**
 * Tiles are fetched by a worker, which cannot resolve a path without a host. What changes with every load stays out:
 * MapLibre drops a source, and all it has drawn, when a word of it differs. The page names its sources itself.
 */
function absolute(source: SourceSpecification, origin: string): SourceSpecification {
  const copy = structuredClone(source) as SourceSpecification & {
    tiles?: string[];
    url?: string;
    promoteId?: unknown;
    attribution?: string;
    bounds?: number[];
  };
  delete copy.attribution;
  if (copy.bounds) copy.bounds = copy.bounds.map((edge, at) => (at < 2 ? Math.floor(edge) : Math.ceil(edge)));
  if (copy.url) copy.url = copy.url.replace(/^pmtiles:\/\/\//, `pmtiles://${origin}/`);
  if (copy.tiles)
    copy.tiles = copy.tiles.map((url) => withoutVersion(url.startsWith("/") ? origin + url : url));
  if (copy.promoteId === null) delete copy.promoteId;
  return copy;
}

/** The source of a layer, or of the part of it that is chosen: its tiles then hold that part only. */
function partOf(info: LayerInfo, source: SourceSpecification, state: State): SourceSpecification {
  const filter = state.parts[info.id];
  if (!filter || !info.filters.some((one) => one.id === filter)) return source;
  const { url: _, ...rest } = source as SourceSpecification & { url?: string };
  const day = state.at ?? state.t?.slice(0, 10);
  const on = day ? `&on=${day}` : "";
  const tiles = [
    `/tiles/${info.id}/{z}/{x}/{y}.mvt?v=${info.version}&filter=${encodeURIComponent(filter)}${on}`,
  ];
  return { ...rest, tiles } as SourceSpecification;
}

function sources(
  catalogue: Catalogue,
  state: State,
  overlay: Overlay,
  origin: string,
): StyleSpecification["sources"] {
  const found: StyleSpecification["sources"] = {};
  for (const info of catalogue.layers)
    if (info.source && info.status === "loaded")
      found[info.id] = absolute(partOf(info, info.source, state), origin);
  Object.assign(found, coverageSources(state, overlay));
  found[MOVED] = movedSource(overlay.moved ?? null);
  found[MOVERS] = { type: "geojson", data: overlay.movers ?? points(null) };
  found[STORMS] = { type: "geojson", data: overlay.storms ?? NO_STORMS };
  found[PLACE] = placeSource(overlay.place ?? NO_PLACE);
  found[`${OWN}mark`] = { type: "geojson", data: points(overlay.mark) };
  if (overlay.load) Object.assign(found, drawingSources(LOAD, overlay.load));
  return found;
}

/** Build the whole style. Layers keep the order of the catalogue within their slot. */
export function buildStyle(
  catalogue: Catalogue,
  state: State,
  theme: Theme,
  tokens: Tokens,
  overlay: Overlay,
  origin: string,
): StyleSpecification {
  const on = layersOn(catalogue, state);
  const drawn: Drawn[] = [];
  for (const info of catalogue.layers) {
    if (!info.source || info.status !== "loaded") continue;
    const hit = hitLayer(info, on.has(info.id));
    if (hit) drawn.push(hit);
    const moved = overlay.moved?.layer === info.id ? overlay.moved : null;
    for (const spec of info.style[theme]) {
      const layer = dress(info, spec, state, on.has(info.id));
      for (const one of moved ? bothPlaces(layer, moved) : [layer])
        drawn.push({ slot: slotOf(spec), layer: one });
    }
  }
  drawn.push(...coverageLayers(theme, tokens, state.coverage.on && overlay.coverage !== null));
  drawn.push(...planLayers(tokens, state.coverage.on));
  const selected = catalogue.layers.find((one) => one.id === overlay.selected?.layer);
  if (
    selected?.source &&
    selected.status === "loaded" &&
    selected.geometry === "polygon" &&
    overlay.selected
  ) {
    drawn.push(...selectionLayers(selected, overlay.selected.key, tokens));
  }
  drawn.push(...stormLayers(tokens, state.lang));
  drawn.push(...moverLayers(tokens));
  for (const layer of placeLayers(PLACE, tokens)) drawn.push({ slot: "reach", layer });
  drawn.push(...markLayers(tokens));
  if (overlay.load) {
    drawn.push({ slot: "point", layer: veilLayer(LOAD, tokens) });
    for (const layer of drawingLayers(LOAD, tokens)) drawn.push({ slot: "mark", layer });
  }
  return {
    version: 8,
    sources: sources(catalogue, state, overlay, origin),
    layers: [
      { id: `${OWN}sea`, type: "background", paint: { "background-color": tokens.sea } },
      ...SLOTS.flatMap((slot) => drawn.filter((one) => one.slot === slot).map((one) => one.layer)),
    ],
  };
}
