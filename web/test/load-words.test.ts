import { describe, expect, it } from "vitest";
import {
  countsWords,
  fieldTitle,
  moment,
  progressWords,
  shareDone,
  size,
  stateWords,
  valueWords,
} from "../src/load/format";
import { filesRefused } from "../src/load/start-view";
import type { Target } from "../src/load/types";
import { codeWord, loadWords } from "../src/load/words";
import { emptyLoad } from "./load-samples";

const zh = loadWords("zh");
const target: Target = {
  id: "t",
  title: { zh: "表", en: "table" },
  kind: "vector",
  geometry: "point",
  key: "code",
  fields: [
    {
      name: "level",
      title: { zh: "级别", en: "Level" },
      type: "text",
      required: true,
      choices: { county: { zh: "县级", en: "county" } },
    },
  ],
};

describe("words of the wizard", () => {
  it("fall back on the code where there is none", () => {
    expect(codeWord(zh, "state", "loaded")).toBe("已入库");
    expect(codeWord(zh, "state", "melted")).toBe("melted");
  });

  it("tell sizes in steps of a thousand", () => {
    expect([0, 999, 1_000, 1_540_000, 2_000_000_000].map((n) => size(n, "zh"))).toEqual([
      "0 B",
      "999 B",
      "1 kB",
      "1.5 MB",
      "2 GB",
    ]);
  });

  it("tell values as a person reads them", () => {
    const field = target.fields[0];
    expect(valueWords("county;x", field, zh, "zh")).toBe("县级、x");
    expect(valueWords(null, field, zh, "zh")).toBe("空");
    expect(valueWords(true, undefined, zh, "zh")).toBe("是");
    expect(valueWords(1234.5, undefined, zh, "zh")).toBe("1,234.5");
    expect(valueWords({ a: 1 }, undefined, zh, "zh")).toBe('{"a":1}');
  });

  it("name fields and the geometry", () => {
    expect(fieldTitle(target, "level", zh, "zh")).toBe("级别");
    expect(fieldTitle(target, "geometry", zh, "zh")).toBe("位置");
    expect(fieldTitle(null, "other", zh, "zh")).toBe("other");
  });

  it("say a load that waits for an answer is undecided, not being read", () => {
    expect(stateWords(emptyLoad, zh)).toBe("待定");
    expect(stateWords({ ...emptyLoad, running: true }, zh)).toBe("读取中");
  });

  it("tell rows taken away only where the mode takes them away", () => {
    const counts = { new: 1200, changed: 3, same: 0, gone: 9, bad: 0, warned: 0, selected: 0 };
    expect(countsWords({ ...emptyLoad, counts }, "zh")).toBe("+1,200  ~3");
    expect(countsWords({ ...emptyLoad, counts, profile: { mode: "sync" } }, "zh")).toBe("+1,200  ~3  −9");
  });

  it("leave alone a time that is none", () => {
    expect(moment(null)).toBe("—");
    expect(moment("soon")).toBe("soon");
    expect(moment("2026-11-25T02:03:04Z")).toMatch(/^2026-11-2\d \d\d:\d\d$/);
  });
});

describe("progress", () => {
  const step = { zh: "核对", en: "Check" };
  it("has a share only where the end is known", () => {
    expect(shareDone(null)).toBeNull();
    expect(shareDone({ step, done: 5, total: null })).toBeNull();
    expect(shareDone({ step, done: 5, total: 20 })).toBe(0.25);
    expect(shareDone({ step, done: 50, total: 20 })).toBe(1);
  });

  it("is told in figures", () => {
    expect(progressWords({ step, done: 5000, total: 20000 }, "zh")).toBe("核对 5,000 / 20,000");
    expect(progressWords({ step, done: 0, total: null }, "zh")).toBe("核对");
  });
});

describe("files that cannot be sent", () => {
  it("are named with the reason", () => {
    expect(filesRefused([], 10, zh, "zh")).toContain("没有选到");
    expect(filesRefused([{ name: "a.shp", size: 0 }], 10, zh, "zh")).toContain("a.shp");
    expect(filesRefused([{ name: "大.zip", size: 2_000_000 }], 1_000_000, zh, "zh")).toContain(
      "大.zip 有 2 MB",
    );
  });

  it("are judged together, as the parts of one shapefile", () => {
    const parts = [
      { name: "a.shp", size: 6 },
      { name: "a.dbf", size: 6 },
    ];
    expect(filesRefused(parts, 12, zh, "zh")).toBeNull();
    expect(filesRefused(parts, 11, zh, "zh")).not.toBeNull();
  });
});
