import { describe, expect, it } from "vitest";
import { coverageRequest } from "../src/fetchers";
import { COVERAGE_DEFAULT } from "../src/state";
import type { Base } from "../src/types";

const base = (id: string, status = "ready"): Base => ({
  id,
  name: id,
  lon: 120,
  lat: 29,
  status,
  preparation_min: null,
  cruise_kmh: null,
});
const known = [base("B1"), base("B2"), base("B3", "off")];

describe("the question to the server", () => {
  it("leaves the choice of bases to the server while nothing was moved or added", () => {
    expect(coverageRequest(COVERAGE_DEFAULT, known)).toEqual({ response_min: 45, radius_km: 100 });
  });

  it("names every base that is not off as soon as one is moved, the moved one at its new place", () => {
    const asked = coverageRequest({ ...COVERAGE_DEFAULT, moved: { B2: [121.5, 29.9] } }, known);
    expect(asked.bases).toEqual(["B1", { like: "B2", lon: 121.5, lat: 29.9 }]);
  });

  it("sends a wind rose and the time to hospital where they are set", () => {
    const rose = [{ speed: 8, from: 330, share: 40 }];
    expect(coverageRequest({ ...COVERAGE_DEFAULT, rose, hospital: 90 }, known)).toMatchObject({
      wind_rose: [{ speed_mps: 8, from_deg: 330, share: 40 }],
      hospital_within_min: 90,
    });
  });

  it("sends the conditions that are set, and closed airspace as closed polygons", () => {
    const area: [number, number][] = [
      [119.4, 28.9],
      [119.5, 28.9],
      [119.5, 29.6],
    ];
    const asked = coverageRequest(
      { ...COVERAGE_DEFAULT, aircraft: "AW139", scene: 20, visibility: 1600, night: true, noFly: [area] },
      known,
    );
    expect(asked).toMatchObject({ aircraft: "AW139", on_scene_min: 20, visibility_m: 1600, night: true });
    expect(asked.no_fly).toEqual([{ type: "Polygon", coordinates: [[...area, area[0]]] }]);
  });

  it("counts only bases that are ready when asked for now", () => {
    const some = [...known, base("B4", "standby")];
    const moved = { ...COVERAGE_DEFAULT, moved: { B2: [121.5, 29.9] as [number, number] } };
    expect(coverageRequest(moved, some).bases).toHaveLength(3);
    expect(coverageRequest({ ...moved, now: true }, some).bases).toHaveLength(2);
  });

  it("adds bases to those that are chosen", () => {
    const asked = coverageRequest({ ...COVERAGE_DEFAULT, bases: ["B1"], added: [[119, 28]] }, known);
    expect(asked.bases).toEqual(["B1", { lon: 119, lat: 28, name: "+1" }]);
  });

  it("sends wind and bands only when they are set", () => {
    const asked = coverageRequest({ ...COVERAGE_DEFAULT, wind: { speed: 8, from: 330 }, bands: true }, known);
    expect(asked.wind).toEqual({ speed_mps: 8, from_deg: 330 });
    expect(asked.bands_min).toEqual([20, 30, 45, 60]);
  });
});
