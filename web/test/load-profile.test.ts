import { describe, expect, it } from "vitest";
import { unknownSpellings } from "../src/load/faults-view";
import {
  answerFor,
  CRS_FORGOTTEN,
  crsTyped,
  isCrsSaid,
  isMissing,
  mapField,
  profileToSave,
  samplesOf,
  sourceOf,
  translate,
  useCandidate,
} from "../src/load/profile";
import { shiftTyped } from "../src/load/shift-form";
import type { Candidate, Fault } from "../src/load/types";
import { emptyLoad, pointTable } from "./load-samples";

describe("the mapping of fields", () => {
  const profile = { rename: { 甲: "name", 乙: "code" }, set: { level: "county", name: null } };

  it("takes a field from a column and from no other", () => {
    expect(mapField(profile, "code", { kind: "column", column: "丙" })).toEqual({
      rename: { 甲: "name", 丙: "code" },
      set: { level: "county", name: null },
    });
  });

  it("lets one column fill one field only", () => {
    expect(mapField(profile, "address", { kind: "column", column: "甲" }).rename).toEqual({
      甲: "address",
      乙: "code",
    });
  });

  it("keeps a field empty by a constant of null, and frees it again", () => {
    const emptied = mapField(profile, "code", { kind: "none" });
    expect(emptied).toEqual({ rename: { 甲: "name" }, set: { level: "county", name: null, code: null } });
    const again = mapField({ rename: {}, set: { code: null } }, "code", { kind: "column", column: "丙" });
    expect(again).toEqual({ rename: { 丙: "code" }, set: {} });
  });

  it("reads back what a load has", () => {
    const load = {
      ...emptyLoad,
      mapping: [
        { field: "code", column: "编号", constant: null, how: "title" },
        { field: "level", column: null, constant: "county", how: "constant" },
        { field: "phone", column: null, constant: null, how: "" },
      ],
    };
    expect(sourceOf(load, "code")).toEqual({ kind: "column", column: "编号" });
    expect(sourceOf(load, "level")).toEqual({ kind: "constant", value: "county" });
    expect(sourceOf(load, "phone")).toEqual({ kind: "none" });
    expect(isMissing(load.mapping, "phone", [], "code")).toBe(true);
    expect(isMissing(load.mapping, "level", [], "code")).toBe(false);
    expect(isMissing([], "code", ["#content"], "code")).toBe(false);
  });

  it("shows values of a column", () => {
    expect(samplesOf(pointTable, "备注")).toEqual([null, "旧"]);
    expect(samplesOf(pointTable, null)).toEqual([]);
  });

  it("adds and takes back translations of codes", () => {
    const known = { values: { level: { 县: "county" }, status: { 开: "open" } } };
    expect(translate(known, "level", { 乡: "township" }).values).toEqual({
      level: { 县: "county", 乡: "township" },
      status: { 开: "open" },
    });
    expect(translate(known, "level", { 县: "" }).values).toEqual({ level: {}, status: { 开: "open" } });
  });

  it("finds the spellings that a code list does not know, each once", () => {
    const fault = (field: string, code: string, value: string): Fault => ({
      row: 1,
      line: 2,
      key: null,
      field,
      code,
      severity: "error",
      value,
      zh: "",
      en: "",
    });
    const faults = [
      fault("level", "CODE_UNKNOWN", "县"),
      fault("level", "CODE_UNKNOWN", "县"),
      fault("level", "CODE_UNKNOWN", "乡"),
      fault("level", "TYPE_BAD", "x"),
    ];
    expect([...unknownSpellings(faults)]).toEqual([["level", ["县", "乡"]]]);
  });

  it("saves a profile without the date and the table of this file", () => {
    const load = {
      ...emptyLoad,
      tables: [pointTable],
      profile: { table: "a.shp", source_date: "2026-01-01", mode: "sync" as const },
    };
    expect(profileToSave(load)).toEqual({ mode: "sync" });
  });
});

describe("coordinate systems", () => {
  const candidate: Candidate = {
    key: "EPSG:4549",
    title: { zh: "甲", en: "a" },
    swapped: true,
    datum: "CGCS2000",
    confidence: 90,
    in_province: 1,
    in_county: null,
    evidence: { zh: "", en: "" },
    outline: [],
  };

  it("are taken by code, and the file's own definition without one", () => {
    expect(useCandidate(candidate)).toEqual({ crs: "EPSG:4549", force_crs: true, swap_axes: "yes" });
    expect(useCandidate({ ...candidate, key: "WKT", swapped: false })).toEqual({
      crs: null,
      force_crs: false,
      swap_axes: "no",
    });
  });

  it("are taken as the open question about them says", () => {
    const set = { data_datum: "CGCS2000" };
    const asked = {
      ...emptyLoad,
      questions: [
        { code: "DATUM_UNDECLARED", field: "data_datum", zh: "", en: "", options: [{ set, zh: "", en: "" }] },
      ],
    };
    expect(answerFor(asked, candidate)).toEqual(set);
    expect(answerFor(asked, { ...candidate, datum: "Xian80" })).toEqual(useCandidate(candidate));
  });

  it("can be left to the recogniser again", () => {
    expect(isCrsSaid({})).toBe(false);
    expect(isCrsSaid(CRS_FORGOTTEN)).toBe(false);
    expect(isCrsSaid({ data_datum: "CGCS2000" })).toBe(true);
    expect(isCrsSaid({ swap_axes: "no" })).toBe(true);
  });

  it.each([
    ["4549", "EPSG:4549"],
    [" epsg:4528 ", "EPSG:4528"],
    ["EPSG：4490", "EPSG:4490"],
    ['PROJCS["x",GEOGCS["y"]]', 'PROJCS["x",GEOGCS["y"]]'],
    ["", null],
    ["杭州独立坐标系", null],
    ["45", null],
  ])("are typed as %j", (text, crs) => {
    expect(crsTyped(text)).toBe(crs);
  });

  it("are shifted by seven numbers, not all of them zero", () => {
    expect(shiftTyped({ dx: "-15.8", dy: "154.4", dz: "82.3", rx: "", scale_ppm: "−0.5" })).toEqual({
      dx: -15.8,
      dy: 154.4,
      dz: 82.3,
      rx: 0,
      ry: 0,
      rz: 0,
      scale_ppm: -0.5,
    });
    expect(shiftTyped({ dx: "约 15" })).toBeNull();
    expect(shiftTyped({})).toBeNull();
  });
});
