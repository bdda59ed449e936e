import { describe, expect, it } from "vitest";
import { stripOf } from "../src/picture";

const VIEW = { width: 800, height: 800 };
const SHAPE = 4;

describe("the picture of the printed sheet", () => {
  it("is cut out of a view that holds the box, the box in its middle", () => {
    const box = { left: 300, right: 500, top: 360, bottom: 460 };
    expect(stripOf(VIEW, box, SHAPE)).toEqual({ top: 310, height: 200 });
  });

  it("needs another view where the box is out of sight, too tall or tiny", () => {
    expect(stripOf(VIEW, { left: -50, right: 200, top: 360, bottom: 460 }, SHAPE)).toBeNull();
    expect(stripOf(VIEW, { left: 300, right: 500, top: 20, bottom: 120 }, SHAPE)).toBeNull();
    expect(stripOf(VIEW, { left: 300, right: 500, top: 200, bottom: 600 }, SHAPE)).toBeNull();
    expect(stripOf(VIEW, { left: 400, right: 410, top: 400, bottom: 410 }, SHAPE)).toBeNull();
  });
});
