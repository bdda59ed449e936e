import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { LayerSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import { initialState } from "../src/state";
import { buildStyle, layersOn, type Overlay } from "../src/style";
import type { Catalogue, LayerInfo } from "../src/types";

const tokens = {
  ink: "#111111",
  ink2: "#222222",
  paper: "#ffffff",
  sea: "#ddeeff",
  land: "#eeeeee",
  accent: "#0000ff",
};
const nothing: Overlay = { coverage: null, mark: null, selected: null };

function layer(id: string, slots: string[], rest: Partial<LayerInfo> = {}): LayerInfo {
  const style = slots.map((slot, at) => ({
    id: `${id}/${at}`,
    type: slot === "label" ? "symbol" : "fill",
    source: id,
    "source-layer": slot === "label" ? `${id}_label` : id,
    metadata: {
      "riskmap:slot": slot,
      ...(slot === "label" ? { "riskmap:text": { zh: ["get", "name"], en: ["get", "name_en"] } } : {}),
    },
    ...(slot === "label" ? { layout: { "text-field": ["get", "name"] } } : {}),
  })) as unknown as LayerSpecification[];
  return {
    id,
    geometry: "polygon",
    kind: "vector",
    status: "loaded",
    visible: true,
    source: { type: "vector", tiles: [`/tiles/${id}/{z}/{x}/{y}.mvt?v=1`], promoteId: null },
    legend: {
      field: "grade",
      title: {},
      classes: [{ value: 1, label: {}, colour: "#000", pattern: "", symbol: "fill" }],
    },
    style: { day: style, night: style },
    ...rest,
  } as unknown as LayerInfo;
}

const catalogue = {
  layers: [
    layer("lower", ["fill", "line", "label"]),
    layer("upper", ["base", "fill"]),
    layer("hidden", ["point"], { visible: false }),
  ],
} as unknown as Catalogue;

const build = (change = {}, overlay = nothing) =>
  buildStyle(catalogue, { ...initialState(), ...change }, "day", tokens, overlay, "http://here");
const ids = (style: ReturnType<typeof build>) =>
  style.layers.map((one) => one.id).filter((id) => !id.startsWith("riskmap:"));
const find = (style: ReturnType<typeof build>, id: string) =>
  style.layers.find((one) => one.id === id) as Record<string, never> | undefined;

describe("the style", () => {
  it("is valid", () => {
    expect(validateStyleMin(build({ off: { lower: ["1"] } }) as never)).toEqual([]);
  });

  it("puts layers into slots and keeps the catalogue's order within a slot", () => {
    expect(ids(build())).toEqual(["upper/0", "lower/0", "upper/1", "lower/1", "hidden/0", "lower/2"]);
  });

  it("has the same layers whatever is on, so that a toggle is one property", () => {
    const [a, b] = [build(), build({ layers: ["hidden"] })];
    expect(ids(a)).toEqual(ids(b));
    expect(find(a, "hidden/0")?.layout).toMatchObject({ visibility: "none" });
    expect(find(b, "hidden/0")?.layout).toMatchObject({ visibility: "visible" });
    expect(find(b, "lower/0")?.layout).toMatchObject({ visibility: "none" });
  });

  it("filters the drawn objects of the layer and not the names of areas", () => {
    const style = build({ off: { lower: ["1"] } });
    expect(find(style, "lower/0")?.filter).toBeDefined();
    expect(find(style, "lower/2")?.filter).toBeUndefined();
    expect(find(style, "upper/0")?.filter).toBeUndefined();
  });

  it("takes labels in the language of the page", () => {
    expect(find(build({ lang: "en" }), "lower/2")?.layout).toMatchObject({
      "text-field": ["get", "name_en"],
    });
  });

  it("gives tiles a host and draws nothing of an empty layer", () => {
    expect(build().sources.lower).toMatchObject({ tiles: ["http://here/tiles/lower/{z}/{x}/{y}.mvt"] });
    const empty = { layers: [layer("none", ["fill"], { status: "empty" })] } as unknown as Catalogue;
    const style = buildStyle(empty, initialState(), "day", tokens, nothing, "");
    expect(style.sources.none).toBeUndefined();
    expect(ids(style)).toEqual([]);
  });

  it("outlines a chosen area and never fills what is reached", () => {
    const style = build({}, { ...nothing, selected: { layer: "lower", key: "7" } });
    expect(find(style, "riskmap:selected")?.filter).toEqual(["==", ["to-string", ["get", "id"]], "7"]);
    const isPlain = (one: { paint?: object }) => !("fill-pattern" in (one.paint ?? {}));
    const own = style.layers.filter((one) => one.id.startsWith("riskmap:") && one.type === "fill");
    const fills = own.filter(isPlain); // what a planner tries is hatched in ink, which is no colour
    expect(fills.map((one) => one.id)).toEqual(["riskmap:gap", "riskmap:placefoot-shade"]);
  });

  it("turns on what the person chose, else what the server shows", () => {
    expect([...layersOn(catalogue, initialState())]).toEqual(["lower", "upper"]);
    expect([...layersOn(catalogue, { ...initialState(), layers: ["hidden", "unknown"] })]).toEqual([
      "hidden",
    ]);
  });
});
