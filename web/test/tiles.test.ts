import { describe, expect, it } from "vitest";
import { layerOf, tilesTouched, withoutVersion } from "../src/tiles";
import type { Bounds } from "../src/types";

const PROVINCE: Bounds = [118, 27, 123, 31.5];

describe("addresses of tiles", () => {
  it("lose their version in the style and are told by their layer", () => {
    expect(withoutVersion("http://h/tiles/a/{z}/{x}/{y}.mvt?v=12ab")).toBe(
      "http://h/tiles/a/{z}/{x}/{y}.mvt",
    );
    expect(withoutVersion("http://h/other?v=1")).toBe("http://h/other?v=1");
    expect(layerOf("http://h/tiles/risk_zone/8/213/105.mvt")).toBe("risk_zone");
    expect(layerOf("http://h/tiles/population/8/213/105.png")).toBe("population");
    expect(layerOf("http://h/api/layers")).toBeNull();
  });
});

describe("tiles that a change touches", () => {
  it("are those under the box and those whose margin reaches it", () => {
    // 120 E is the western edge of column 213 1/3 at zoom 8
    expect(tilesTouched([[120.1, 30.1, 120.2, 30.2]], PROVINCE, 8)).toEqual([{ z: 8, x: 213, y: 105 }]);
    const edge = (214 / 256) * 360 - 180;
    const both = tilesTouched([[edge + 0.001, 30.1, edge + 0.001, 30.1]], PROVINCE, 8);
    expect(both.map(({ x }) => x)).toEqual([213, 214]);
  });
  it("end a tile beyond the view, and are none where nothing differs", () => {
    const small: Bounds = [120, 30, 120.1, 30.1];
    const whole = tilesTouched([PROVINCE], small, 12);
    expect(whole.length).toBeLessThanOrEqual(16);
    expect(whole.length).toBeGreaterThan(0);
    expect(tilesTouched([[100, 10, 101, 11]], small, 12)).toEqual([]);
    expect(tilesTouched([], small, 12)).toEqual([]);
  });
});
