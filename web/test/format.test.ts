import { describe, expect, it } from "vitest";
import { inWords } from "../src/date-words";
import { age, bounded, date, fieldValue, integer, minutesSum, NONE, percent, say } from "../src/format";
import { word } from "../src/i18n";
import { metresPerPixel, scaleFor } from "../src/scale";
import type { PopupField } from "../src/types";

const field = (format: string, values: PopupField["values"] = null): PopupField => ({
  field: "x",
  title: {},
  format,
  unit: null,
  values,
  live: false,
});

describe("figures", () => {
  it("show sums whose parts add up after rounding", () => {
    expect(minutesSum(15, 41.4, "zh")).toBe("15 + 26 = 41 分");
    expect(minutesSum(15.4, 41.6, "en")).toBe("15 + 27 = 42 min");
  });

  it("show a share with one decimal, and a dash when there is none", () => {
    expect(percent(0.8064, "zh")).toBe("80.6 %");
    expect(percent(1, "zh")).toBe("100.0 %");
    expect(percent(null, "zh")).toBe(NONE);
    expect(percent(Number.NaN, "zh")).toBe(NONE);
  });

  it("group digits", () => {
    expect(integer(64567588, "zh")).toBe("64,567,588");
    expect(integer(null, "zh")).toBe(NONE);
  });
});

describe("field values", () => {
  it("follow the format of the popup definition", () => {
    expect(fieldValue(field("integer"), 12345, "zh")).toBe("12,345");
    expect(fieldValue(field("decimal"), 20.4, "zh")).toBe("20.4");
    expect(fieldValue(field("boolean"), false, "zh")).toBe("否");
    expect(fieldValue(field("date"), "2026-03-12T00:00:00Z", "zh")).toBe("2026-03-12");
    expect(fieldValue(field("code"), 330782, "zh")).toBe("330782");
    expect(fieldValue(field("text"), null, "zh")).toBe(NONE);
    expect(fieldValue(field("text"), 0, "zh")).toBe("0");
  });

  it("translate code lists member by member and leave unknown words as they are", () => {
    const words = { flood: { zh: "洪水", en: "flood" }, fire: { zh: "火灾", en: "fire" } };
    expect(fieldValue(field("text", words), "flood;fire;?", "zh")).toBe("洪水、火灾、?");
    expect(fieldValue(field("text", words), "flood;fire", "en")).toBe("flood, fire");
  });

  it("fall back to the other language", () => {
    expect(say({ zh: "无数据" }, "en")).toBe("无数据");
    expect(say(null, "en")).toBe("");
  });

  it("leave a date that is no date as it is", () => {
    expect(date("2020")).toBe("2020");
    expect(date(null)).toBe(NONE);
  });
});

describe("words", () => {
  it("fill in their places", () => {
    expect(word("covLoss", "zh", { name: "甲" })).toBe("失去甲后（人口）");
    expect(word("covLoss", "en")).toBe("Without {name} (people)");
  });

  it("are cut to the room a label has, never inside a character", () => {
    expect(bounded("浙A12345 消防车", 24)).toBe("浙A12345 消防车");
    expect(bounded("A".repeat(100), 24)).toBe(`${"A".repeat(24)}…`);
    expect(bounded("宁波市镇海区消防救援支队特勤大队一中队", 24)).toBe("宁波市镇海区消防救援支队…");
    expect(bounded("🚒".repeat(30), 24)).toBe(`${"🚒".repeat(12)}…`);
  });

  it("say an age in the unit that fits", () => {
    expect(age(20_000, "zh")).toBe("20 秒前");
    expect(age(125_000, "zh")).toBe("2 分钟前");
    expect(age(3 * 3_600_000, "zh")).toBe("3 小时前");
    expect(age(72 * 3_600_000, "en")).toBe("3 days ago");
  });
});

describe("a date that is entered", () => {
  it("is said in the language of the page, in the time of Beijing", () => {
    expect(inWords("2026-12-11", "zh")).toMatch(/2026年12月11日/);
    expect(inWords("2026-12-11", "en")).toMatch(/11 December 2026/);
    expect(inWords("2026-12-11T00:30", "en")).toMatch(/11 December 2026.*00:30/);
  });

  it("is nothing while it is none", () => {
    expect(["", "2026-13-40", "x"].map((one) => inWords(one, "zh"))).toEqual(["", "", ""]);
  });
});

describe("the scale bar", () => {
  it("is the ground length at the middle of the map", () => {
    expect(metresPerPixel(0, 0)).toBeCloseTo(78271.5, 0);
    expect(metresPerPixel(60, 0)).toBeCloseTo(39135.8, 0);
  });

  it("is a round number that fits into its room", () => {
    for (let zoom = 3; zoom < 20; zoom += 0.37) {
      const { metres, pixels } = scaleFor(29, zoom, 96);
      expect(pixels).toBeLessThanOrEqual(96);
      expect(pixels).toBeGreaterThan(36);
      expect(String(metres)).toMatch(/^(0\.)?0*[125]0*$/);
    }
  });
});
