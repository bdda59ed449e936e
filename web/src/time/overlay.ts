/** A storm on the map: its eye, the way it came, and how far its winds reach; all in ink, for colour means risk. */

import type { FeatureCollection } from "geojson";
import { type Drawn, OWN, own } from "../style-parts";
import type { Tokens } from "../theme";
import type { Lang } from "../types";

export const STORMS = `${OWN}storms`;
export const NO_STORMS: FeatureCollection = { type: "FeatureCollection", features: [] };

export function stormLayers(tokens: Tokens, lang: Lang): Drawn[] {
  const is = (kind: string) => ["==", ["get", "kind"], kind];
  const make = (name: string, kind: string, rest: object) =>
    own("reach", `storm-${name}`, { source: STORMS, filter: is(kind), ...rest });
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
    make("disc-label", "arc", {
      type: "symbol",
      layout: {
        "symbol-placement": "line",
        "text-field": reach,
        "text-size": 11,
        "symbol-spacing": 300,
        "text-offset": [0, -0.8],
      },
      paint: halo,
    }),
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
    make("eye-label", "eye", {
      type: "symbol",
      layout: {
        "text-field": ["get", `label_${lang}`],
        "text-size": 13,
        "text-max-width": 30,
        "text-anchor": "left",
        "text-offset": [0.9, 0],
        "text-allow-overlap": true,
      },
      paint: halo,
    }),
  ];
}
