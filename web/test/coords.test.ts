import { describe, expect, it } from "vitest";
import { parseCoordinate } from "../src/coords";

describe("a typed coordinate", () => {
  it.each([
    ["29.87,121.55", 29.87, 121.55, "latlon"],
    ["121.55,29.87", 29.87, 121.55, "lonlat"],
    ["121.55 29.87", 29.87, 121.55, "lonlat"],
    [" 29.87 ，121.55 ", 29.87, 121.55, "latlon"],
    ["２９．８７，１２１．５５", 29.87, 121.55, "latlon"],
    ["29.87;121.55", 29.87, 121.55, "latlon"],
    ["29.87N 121.55E", 29.87, 121.55, "latlon"],
    ["E121.55, N29.87", 29.87, 121.55, "lonlat"],
    ["29.87°N, 121.55°E", 29.87, 121.55, "latlon"],
    ["北29.87 东121.55", 29.87, 121.55, "latlon"],
    ["-29.87,121.55", -29.87, 121.55, "latlon"],
    ["29.87S 121.55W", -29.87, -121.55, "latlon"],
  ] as const)("%s is read", (text, lat, lon, order) => {
    expect(parseCoordinate(text)).toMatchObject({ lat, lon, order, sure: true });
  });

  it("says that it guessed when both orders are possible", () => {
    expect(parseCoordinate("29.87, 30.5")).toEqual({ lat: 29.87, lon: 30.5, order: "latlon", sure: false });
    expect(parseCoordinate("29.87, 30.5E")?.sure).toBe(true);
  });

  it.each([
    "",
    "29.87",
    "宁波",
    "29.87,121.55,3",
    "129,121",
    "29.87,181",
    "29,87,121,55",
    "1e1,2",
    "29.87N 121.55N",
    "<b>",
  ])("%s is no coordinate", (text) => {
    expect(parseCoordinate(text)).toBeNull();
  });
});
