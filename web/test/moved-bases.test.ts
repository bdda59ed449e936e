import type { LayerSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import { bothPlaces, MOVED, movedBases } from "../src/moved-bases";
import { COVERAGE_DEFAULT } from "../src/state";
import type { Base, BaseList } from "../src/types";

const base = (id: string): Base => ({
  id,
  name: `基地${id}`,
  lon: 120,
  lat: 29,
  status: "standby",
  preparation_min: null,
  cruise_kmh: null,
});
const list: BaseList = { layer: "bases", version: "v", bases: [base("B1"), base("B2")] };
const settings = { ...COVERAGE_DEFAULT, on: true };

describe("bases that a planner has moved", () => {
  it("are none while the layout is the served one, or nothing is known", () => {
    expect(movedBases(list, settings)).toBeNull();
    expect(movedBases(null, { ...settings, moved: { B1: [121, 30] } })).toBeNull();
    expect(movedBases(list, { ...settings, on: false, moved: { B1: [121, 30] } })).toBeNull();
  });

  it("stand at their new places with name and status, added ones beside them", () => {
    const found = movedBases(list, {
      ...settings,
      moved: { B2: [121.5, 29.9], gone: [1, 2] },
      added: [[119, 28]],
    });
    expect(found?.ids).toEqual(["B2"]);
    expect(
      found?.features.map((one) => [one.geometry, one.properties?.name, one.properties?.status]),
    ).toEqual([
      [{ type: "Point", coordinates: [121.5, 29.9] }, "基地B2", "standby"],
      [{ type: "Point", coordinates: [119, 28] }, "+1", "ready"],
    ]);
  });

  it("are drawn by the layers of the served ones, which leave them out", () => {
    const layer = {
      id: "bases/icons",
      type: "symbol",
      source: "bases",
      "source-layer": "bases",
      filter: ["has", "name"],
    } as unknown as LayerSpecification;
    const [served, moved] = bothPlaces(layer, { layer: "bases", ids: ["B2"], features: [] });
    expect(served).toMatchObject({
      id: "bases/icons",
      filter: ["all", ["has", "name"], ["!", ["in", ["to-string", ["get", "id"]], ["literal", ["B2"]]]]],
    });
    expect(moved).toEqual({
      id: `${MOVED}/bases/icons`,
      type: "symbol",
      source: MOVED,
      filter: ["has", "name"],
    });
  });
});
