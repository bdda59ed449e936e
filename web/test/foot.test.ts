import { describe, expect, it } from "vitest";
import { FOOT_DEFAULT, type Foot, footBody, formatFoot, parseFoot } from "../src/place/foot";

const FEET: Foot[] = [
  { kind: "ring", radius: 2500 },
  { kind: "wedge", isolation: 150, downwind: 1500, from: 0 },
  {
    kind: "drawn",
    places: [
      [121.5, 29.8],
      [121.6, 29.8],
      [121.55, 29.9],
    ],
  },
];

describe("a footprint in the URL", () => {
  it.each(FEET)("comes back as it went in: $kind", (foot) => {
    expect(parseFoot(formatFoot(foot) ?? undefined)).toEqual(foot);
  });

  it("is left out where it is the default", () => {
    expect(formatFoot(FOOT_DEFAULT)).toBeNull();
  });

  it.each(["", "5", "60000", "x", "1000/2000", "150/1500/400", "1/2/3/4", "p1,2;3,4", "p91,0;1,1;2,2", "pa"])(
    "is nothing when it is junk: %s",
    (text) => {
      expect(parseFoot(text)).toBeNull();
    },
  );

  it("is a closed ring of longitude and latitude for the server", () => {
    const body = footBody(FEET[2] as Foot) as { geometry: { coordinates: number[][][] } };
    const ring = body.geometry.coordinates[0];
    expect(ring?.[0]).toEqual([121.5, 29.8]);
    expect(ring?.at(-1)).toEqual([121.5, 29.8]);
    expect(ring).toHaveLength(4);
  });
});
