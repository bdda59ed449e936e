import { createExpression } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import { bothFilters, classFilter, countByClass, isGraded, legendSignature, toggled } from "../src/filters";
import { shortTitles } from "../src/titles";
import type { Legend } from "../src/types";

const row = (value: number | string | null, pattern = "plain") => ({
  value,
  label: { zh: String(value) },
  colour: "#000000",
  pattern,
  symbol: "fill",
});
const grades: Legend = {
  field: "grade",
  title: { zh: "分级" },
  classes: [row(1, "cross"), row(2, "diagonal"), row(3, "dots"), row(4), row(null, "nodata")],
};

/** Whether MapLibre itself would draw a feature with these properties. */
function passes(legend: Legend, off: string[], properties: Record<string, unknown>): boolean {
  const filter = classFilter(legend, off);
  if (filter === null) return true;
  const made = createExpression(filter, "layers[0].filter");
  if (made.result === "error") throw new Error(made.value.map((one) => one.message).join());
  return made.value.evaluate({ zoom: 8 }, { type: 3, properties, geometry: [] } as never);
}

describe("legend = filter", () => {
  it("needs no filter when every class is on", () => {
    expect(classFilter(grades, [])).toBeNull();
    expect(classFilter(grades, ["9"])).toBeNull();
  });

  it("drops the classes that are off and keeps the others", () => {
    const shown = [{ grade: 1 }, { grade: 2 }, { grade: 3 }, { grade: 4 }, {}].map((one) =>
      passes(grades, ["1", "3"], one),
    );
    expect(shown).toEqual([false, true, false, true, true]);
  });

  it("counts a missing or unnamed value as no data", () => {
    const shown = [{ grade: 1 }, { grade: 4 }, {}, { grade: 7 }].map((one) => passes(grades, ["~"], one));
    expect(shown).toEqual([true, true, false, false]);
  });

  it("drops everything when every class is off", () => {
    const all = ["1", "2", "3", "4", "~"];
    expect([{ grade: 1 }, {}, { grade: 7 }].some((one) => passes(grades, all, one))).toBe(false);
  });

  it("works on words as well as on numbers", () => {
    const words: Legend = { field: "level", title: {}, classes: [row("county"), row("village")] };
    expect(passes(words, ["county"], { level: "county" })).toBe(false);
    expect(passes(words, ["county"], { level: "village" })).toBe(true);
  });

  it("joins with the filter that the style has", () => {
    const own = ["==", ["get", "level"], "city"] as never;
    expect(bothFilters(own, null)).toBe(own);
    expect(bothFilters(undefined, null)).toBeUndefined();
    expect(bothFilters(own, classFilter(grades, ["1"]))).toEqual(["all", own, classFilter(grades, ["1"])]);
  });
});

describe("legend rows", () => {
  it("switch one class and keep the order of the legend", () => {
    expect(toggled(grades, [], "4", false)).toEqual(["4"]);
    expect(toggled(grades, ["4"], "1", false)).toEqual(["1", "4"]);
    expect(toggled(grades, ["1", "4", "gone"], "1", true)).toEqual(["4"]);
  });

  it("count zero for a class that the answer does not name", () => {
    const counts = {
      layer: "x",
      version: "v",
      total: 3,
      classes: [
        { value: 1, count: 2 },
        { value: null, count: 1 },
      ],
    };
    expect([...countByClass(grades, counts)]).toEqual([
      ["1", 2],
      ["2", 0],
      ["3", 0],
      ["4", 0],
      ["~", 1],
    ]);
  });

  it("are shared by layers whose rows are the same, whatever their symbol", () => {
    const dots = { ...grades, classes: grades.classes.map((one) => ({ ...one, symbol: "dot" })) };
    expect(legendSignature(dots)).toBe(legendSignature(grades));
    expect(isGraded(grades)).toBe(true);
    expect(isGraded({ field: "kind", title: {}, classes: [row("a"), row(null, "nodata")] })).toBe(false);
  });
});

describe("the heads of the columns", () => {
  it("drop what stands in brackets, unless only that tells two layers apart", () => {
    expect(shortTitles(["分区（县级）", "危险源"])).toEqual(["分区", "危险源"]);
    expect(shortTitles(["Zones (county)", "Zones (500 m grid)", "Sources (all)"])).toEqual([
      "county",
      "500 m grid",
      "Sources",
    ]);
    expect(shortTitles(["(x)", "y (", ""])).toEqual(["(x)", "y (", ""]);
  });
});
