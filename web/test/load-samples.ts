/** Loads for the tests. */

import type { LoadAnswer, Table } from "../src/load/types";

export const pointTable: Table = {
  name: "a.shp",
  format: "shapefile",
  rows: 99,
  geometry: "point",
  columns: [
    { name: "编号", type: "text", recovered: false },
    { name: "名称", type: "text", recovered: false },
    { name: "备注", type: "text", recovered: true },
  ],
  encoding: null,
  crs: null,
  coordinates: null,
  heading: null,
  rows_shown: [
    { 编号: "A1", 名称: "一号", 备注: null },
    { 编号: "A2", 名称: "二号", 备注: "旧" },
  ],
  findings: [],
};

export const emptyLoad: LoadAnswer = {
  id: "1",
  revision: 1,
  kind: "file",
  parent: null,
  state: "received",
  running: false,
  progress: null,
  layer: null,
  file: "a.zip",
  file_bytes: 10,
  person: "",
  started_at: "2026-11-25T02:00:00Z",
  finished_at: null,
  profile: {},
  table: null,
  tables: [],
  reading: null,
  mapping: [],
  unused: [],
  questions: [],
  findings: [],
  counts: { new: 0, changed: 0, same: 0, gone: 0, bad: 0, warned: 0, selected: 0 },
  rows_in: 0,
  rows_loaded: 0,
  rows_refused: 0,
  base: null,
  version: null,
  message: { zh: "", en: "" },
  problem: null,
};
