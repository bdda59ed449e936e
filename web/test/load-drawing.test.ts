import { describe, expect, it } from "vitest";
import { boundsOf, compare, drawingLayers, drawingSources, settled } from "../src/load/drawing";
import type { Tokens } from "../src/theme";

const tokens: Tokens = {
  ink: "#111111",
  ink2: "#222222",
  paper: "#eeeeee",
  sea: "#333333",
  land: "#444444",
  accent: "#555555",
};

describe("the drawing of readings", () => {
  it("joins each place with where the other reading puts it", () => {
    const drawing = compare(
      [
        [120, 30],
        [121, 29],
      ],
      [
        [120.1, 30],
        [121.1, 29],
      ],
    );
    expect(drawing.links).toEqual([
      [
        [120, 30],
        [120.1, 30],
      ],
      [
        [121, 29],
        [121.1, 29],
      ],
    ]);
    expect(boundsOf(drawing)).toEqual([120, 29, 121.1, 30]);
  });

  it("leaves out places that are not on the map", () => {
    const drawing = compare([[120, 30]], [[30, 120]]);
    expect(drawing.other).toEqual([]);
    expect(drawing.links).toEqual([]);
    expect(boundsOf(compare([[Number.NaN, 1]], []))).toBeNull();
  });

  it("takes any geometry of a preview", () => {
    const ring = [
      [120, 30],
      [121, 30],
      [121, 31],
      [120, 30],
    ];
    expect(boundsOf(settled({ type: "MultiPolygon", coordinates: [[ring]] }))).toEqual([120, 30, 121, 31]);
    expect(settled({})).toBeNull();
    expect(settled(null)).toBeNull();
  });

  it("uses ink and no other colour", () => {
    const paint = JSON.stringify(drawingLayers("x-", tokens));
    const colours = new Set(paint.match(/#[0-9a-f]{6}/gi));
    expect([...colours].sort()).toEqual([tokens.ink]);
  });

  it("draws places as crosses, of two kinds: dots are what moves", () => {
    const points = drawingLayers("x-", tokens).filter((one) => one.type !== "line");
    expect(
      points.map((one) => [one.type, one.layout && "icon-image" in one.layout && one.layout["icon-image"]]),
    ).toEqual([
      ["symbol", "load-other"],
      ["symbol", "load-chosen"],
    ]);
  });

  it("has a source for every layer", () => {
    const sources = drawingSources("x-", compare([[120, 30]], []));
    for (const layer of drawingLayers("x-", tokens))
      expect(sources).toHaveProperty([(layer as { source: string }).source]);
  });
});
