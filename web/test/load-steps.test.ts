import { describe, expect, it } from "vitest";
import {
  asRequest,
  goneShare,
  hindrance,
  isNothing,
  neighbour,
  questionsAt,
  reached,
  stepFor,
  stepOfField,
  stepsOf,
} from "../src/load/steps";
import type { LoadAnswer, Question } from "../src/load/types";
import { emptyLoad, pointTable } from "./load-samples";

const question = (field: string, code = "X"): Question => ({ code, field, zh: "问", en: "ask", options: [] });

const checked: LoadAnswer = {
  ...emptyLoad,
  state: "checked",
  table: "a.shp",
  tables: [pointTable],
  reading: { chosen: 0, candidates: [], notes: [], operation: null },
  mapping: [{ field: "code", column: "编号", constant: null, how: "title" }],
  counts: { new: 3, changed: 1, same: 95, gone: 4, bad: 0, warned: 0, selected: 99 },
};

describe("the steps of a load", () => {
  it.each([
    ["layer", "file"],
    ["table", "file"],
    ["encoding", "file"],
    ["crs", "crs"],
    ["data_datum", "crs"],
    ["shift", "crs"],
    ["x", "crs"],
    ["rename", "fields"],
    ["rename.code", "fields"],
    ["key_from", "fields"],
    ["max_gone", "check"],
    ["something_new", "file"],
  ])("asks about %s at %s", (field, step) => {
    expect(stepOfField(field)).toBe(step);
  });

  it("leads to the first open question, then to the check, then to the end", () => {
    const asked = { ...checked, state: "staged" as const, questions: [question("rename"), question("crs")] };
    expect(stepFor({ ...emptyLoad })).toBe("file");
    expect(stepFor(asked)).toBe("crs");
    expect(stepFor({ ...asked, questions: [question("rename")] })).toBe("fields");
    expect(stepFor(checked)).toBe("check");
    expect(stepFor({ ...checked, state: "loaded" })).toBe("done");
    expect(stepFor({ ...checked, state: "refused" })).toBe("done");
  });

  it("opens only what is known", () => {
    expect(reached(emptyLoad)).toEqual(["file"]);
    expect(reached({ ...checked, state: "staged", questions: [question("crs")] })).toEqual([
      "file",
      "crs",
      "fields",
    ]);
    expect(reached(checked)).toEqual(["file", "crs", "fields", "check"]);
    expect(neighbour(checked, "fields", 1)).toBe("check");
    expect(neighbour(checked, "check", 1)).toBeNull();
    expect(neighbour(checked, "file", -1)).toBeNull();
  });

  it("gives a raster no fields and an undo only its end", () => {
    const raster = { ...checked, mapping: [], reading: null, tables: [{ ...pointTable, format: "geotiff" }] };
    expect(stepsOf(raster)).toEqual(["file", "check", "done"]);
    expect(stepsOf({ ...checked, kind: "rollback", state: "loaded" })).toEqual(["done"]);
  });

  it("puts every question at exactly one step", () => {
    const asked = {
      ...checked,
      questions: [question("layer"), question("crs"), question("set"), question("mode")],
    };
    const found = (["file", "crs", "fields", "check", "done"] as const).flatMap((step) =>
      questionsAt(asked, step),
    );
    expect(found).toHaveLength(asked.questions.length);
  });
});

describe("what keeps a load from being committed", () => {
  it("is nothing when all is well", () => {
    expect(hindrance(checked)).toBeNull();
  });

  it("is an open question, a bad row unless it is skipped, too many rows taken away by a sync", () => {
    expect(hindrance({ ...checked, questions: [question("crs")] })).toBe("questions");
    const bad = { ...checked, counts: { ...checked.counts, bad: 1 } };
    expect(hindrance(bad)).toBe("bad");
    expect(hindrance({ ...bad, profile: { bad_rows: "skip" } })).toBeNull();
    const many = { ...checked, counts: { ...checked.counts, gone: 40 } };
    expect(hindrance(many)).toBeNull();
    expect(hindrance({ ...many, profile: { mode: "sync", max_gone: 0.05 } })).toBe("gone");
    expect(hindrance({ ...many, profile: { mode: "sync", max_gone: 0.5 } })).toBeNull();
    expect(hindrance({ ...many, profile: { mode: "replace" } })).toBeNull();
  });

  it("is the server's work", () => {
    expect(hindrance({ ...checked, running: true })).toBe("state");
    expect(hindrance({ ...checked, state: "loaded" })).toBe("state");
  });

  it("counts the share that is taken away against what is served", () => {
    expect(goneShare(checked)).toBeCloseTo(4 / 100);
    expect(goneShare(emptyLoad)).toBe(0);
  });

  it("knows a load that would write nothing", () => {
    const same = { ...checked, counts: { ...checked.counts, new: 0, changed: 0 } };
    expect(isNothing(same)).toBe(true);
    expect(isNothing({ ...same, profile: { mode: "sync" } })).toBe(false);
    expect(isNothing(checked)).toBe(false);
  });
});

describe("a patch", () => {
  it("keeps the layer beside the profile", () => {
    expect(asRequest({ layer: "a", mode: "sync" })).toEqual({ layer: "a", profile: { mode: "sync" } });
    expect(asRequest({ layer: "a" })).toEqual({ layer: "a" });
    expect(asRequest({ crs: "EPSG:4549" })).toEqual({ profile: { crs: "EPSG:4549" } });
  });
});
