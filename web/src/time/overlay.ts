/** A storm on the map: its eye, the way it came, and how far its winds reach; all in ink, for colour means risk. */

import type { FeatureCollection } from "geojson";
import { type Drawn, OWN, own, type Slot } from "../style-parts";
import type { Tokens } from "../theme";
import type { Lang } from "../types";

export const STORMS = `${OWN}storms`;
export const NO_STORMS: FeatureCollection = { type: "FeatureCollection", features: [] };

/** How far a figure stands off its arc, in ems, by the side of it that is nearest. */
const OFFSETS = Object.entries({
  left: [0.5, 0],
  right: [-0.5, 0],
  top: [0, 0.4],
  bottom: [0, -0.4],
  "top-left": [0.3, 0.3],
  "top-right": [-0.3, 0.3],
  "bottom-left": [0.3, -0.3],
  "bottom-right": [-0.3, -0.3],
}).flatMap(([side, offset]) => [side, ["literal", offset]]);

export function stormLayers(tokens: Tokens, lang: Lang): Drawn[] {
  const is = (kind: string) => ["==", ["get", "kind"], kind];
  const make = (name: string, kind: string, rest: object, slot: Slot = "reach") =>
    own(slot, `storm-${name}`, { source: STORMS, filter: is(kind), ...rest });
  const round = { "line-join": "round", "line-cap": "round" };
  const halo = { "text-color": tokens.ink, "text-halo-color": tokens.paper, "text-halo-width": 1.6 };
  const unit = lang === "zh" ? " 级 " : " Bft ";
  const reach = ["concat", ["get", "grade"], unit, ["get", "km"], " km"];
  return [
    make("disc-casing", "disc", {
      type: "line",
      paint: { "line-color": tokens.paper, "line-width": 4.5, "line-opacity": 0.8 },
    }),
    make("disc", "disc", {
      type: "line",
      paint: {
        "line-color": tokens.ink,
        "line-width": ["match", ["get", "grade"], 12, 2.4, 10, 1.7, 1.1],
      },
    }),
    // Where winds reach further on one side than on another, each quarter has its own figure.
    make(
      "figure",
      "figure",
      {
        type: "symbol",
        layout: {
          "text-field": reach,
          "text-size": 11,
          "text-anchor": ["get", "anchor"],
          "text-offset": ["match", ["get", "anchor"], ...OFFSETS, ["literal", [0, 0]]],
          "text-padding": 1,
        },
        paint: halo,
      },
      "label",
    ),
    make("way-casing", "way", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.paper, "line-width": 5 },
    }),
    make("way", "way", {
      type: "line",
      layout: round,
      paint: { "line-color": tokens.ink, "line-width": 2 },
    }),
    make("eye", "eye", {
      type: "circle",
      paint: {
        "circle-radius": 6,
        "circle-color": tokens.paper,
        "circle-stroke-color": tokens.ink,
        "circle-stroke-width": 3,
      },
    }),
    make(
      "eye-label",
      "eye",
      {
        type: "symbol",
        layout: {
          "text-field": ["get", `label_${lang}`],
          "text-size": 13,
          "text-max-width": 7,
          "text-anchor": ["get", "anchor"],
          "text-offset": [
            "match",
            ["get", "anchor"],
            "bottom",
            ["literal", [0, -0.8]],
            ["literal", [0, 0.8]],
          ],
          "text-allow-overlap": true,
        },
        paint: halo,
      },
      "label",
    ),
  ];
}
