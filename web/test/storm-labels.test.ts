import type { FeatureCollection, Position } from "geojson";
import { describe, expect, it } from "vitest";
import { anchorTowards, withLabels } from "../src/time/labels";

const EYE: Position = [122, 28];
const round = (from: number, to: number): Position[] =>
  Array.from({ length: 46 }, (_, n) => {
    const angle = ((from + ((to - from) * n) / 45) * Math.PI) / 180;
    return [122 + Math.cos(angle) / Math.cos((28 * Math.PI) / 180), 28 + Math.sin(angle)];
  });
const storm = (way: Position[], ...arcs: Position[][]): FeatureCollection => ({
  type: "FeatureCollection",
  features: [
    ...arcs.map((line) => ({
      type: "Feature" as const,
      properties: { kind: "arc", grade: 10, km: 111 },
      geometry: { type: "LineString" as const, coordinates: line },
    })),
    {
      type: "Feature",
      properties: { kind: "way" },
      geometry: { type: "LineString", coordinates: way },
    },
    {
      type: "Feature",
      properties: { kind: "eye", label_zh: "名" },
      geometry: { type: "Point", coordinates: EYE },
    },
  ],
});
const figureOf = (drawn: FeatureCollection) => {
  const found = drawn.features.find((one) => one.properties?.kind === "figure");
  const [lon = 0, lat = 0] = found?.geometry.type === "Point" ? found.geometry.coordinates : [];
  return { lon, lat, anchor: String(found?.properties?.anchor), grade: found?.properties?.grade };
};

describe("the figures of a storm", () => {
  it("stand in the middle of their arc, outside it, where no track runs", () => {
    const { lon, lat, anchor, grade } = figureOf(withLabels(storm([[122, 24], EYE], round(0, 90))));
    expect(lon).toBeGreaterThan(122.5);
    expect(lat).toBeGreaterThan(28.5);
    expect([anchor, grade]).toEqual(["bottom-left", 10]);
  });

  it("keep away from a track that crosses the arc", () => {
    const way: Position[] = [[124.2, 30], EYE];
    const { lon, lat } = figureOf(withLabels(storm(way, round(0, 90))));
    const angle = (Math.atan2(lat - 28, (lon - 122) * Math.cos((28 * Math.PI) / 180)) * 180) / Math.PI;
    expect(Math.abs(angle - 45)).toBeGreaterThan(10);
  });

  it("have the name on the side of the eye that the track did not come from", () => {
    const anchors = [24, 32].map((lat) => {
      const drawn = withLabels(storm([[122, lat], [122, (lat + 28) / 2], EYE], round(0, 90)));
      return drawn.features.find((one) => one.properties?.kind === "eye")?.properties?.anchor;
    });
    expect(anchors).toEqual(["bottom", "top"]);
  });

  it("begin on the side that faces their arc, all the way round", () => {
    const sides = [0, 45, 90, 135, 180, 225, 270, 315].map((degrees) =>
      anchorTowards([Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]),
    );
    const expected = "left bottom-left bottom bottom-right right top-right top top-left";
    expect(sides).toEqual(expected.split(" "));
  });
});
