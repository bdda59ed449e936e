/** Bases that a planner has moved or added, drawn where they stand in the scenario, the moment they are dragged. */

import type { Feature } from "geojson";
import type { FilterSpecification, GeoJSONSourceSpecification, LayerSpecification } from "maplibre-gl";
import { bothFilters } from "./filters";
import type { CoverageState } from "./state";
import { OWN } from "./style-parts";
import type { Base, BaseList } from "./types";

export const MOVED = `${OWN}moved`;

/** `layer` holds the bases as they are served; of those, `ids` are not drawn at their old places. */
export type MovedBases = { layer: string; ids: string[]; features: Feature[] };

function feature([lon, lat]: [number, number], properties: Record<string, unknown>): Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates: [lon, lat] } };
}

/** Where a base stands in the scenario. */
export function placeOf(base: Base, settings: CoverageState): [number, number] {
  return settings.moved[base.id] ?? [base.lon, base.lat];
}

/** The bases that stand elsewhere than they are served; null where there are none, or coverage is not drawn. */
export function movedBases(list: BaseList | null, settings: CoverageState): MovedBases | null {
  if (!list || !settings.on) return null;
  const moved = list.bases.filter((one) => settings.moved[one.id]);
  const added = settings.added.map((place, at) => feature(place, { name: `+${at + 1}`, status: "ready" }));
  const features = [
    ...moved.map((one) =>
      feature(placeOf(one, settings), {
        id: one.id,
        name: one.name,
        status: one.status,
        ...(one.name_en ? { name_en: one.name_en } : {}),
      }),
    ),
    ...added,
  ];
  return features.length === 0 ? null : { layer: list.layer, ids: moved.map((one) => one.id), features };
}

export function movedSource(moved: MovedBases | null): GeoJSONSourceSpecification {
  return { type: "geojson", data: { type: "FeatureCollection", features: moved?.features ?? [] } };
}

/** A layer of the served bases without those that were moved, and the same layer for these at their new places. */
export function bothPlaces(layer: LayerSpecification, moved: MovedBases): LayerSpecification[] {
  const { filter, ...rest } = layer as LayerSpecification & { filter?: FilterSpecification };
  const stays = ["!", ["in", ["to-string", ["get", "id"]], ["literal", moved.ids]]];
  const { "source-layer": _, ...own } = rest as typeof rest & { "source-layer"?: string };
  return [
    { ...rest, filter: bothFilters(filter, stays as FilterSpecification) },
    { ...own, id: `${MOVED}/${layer.id}`, source: MOVED, ...(filter ? { filter } : {}) },
  ] as LayerSpecification[];
}
