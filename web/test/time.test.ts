import { describe, expect, it } from "vitest";
import { lastHours, layersAt, MINUTE, nextChange, spanFor, spoken, written } from "../src/time/moments";

const NOW = Date.parse("2026-11-29T01:45:10+08:00");
const STORM = { storm: "2699", name: null, begins: "2026-08-24T00:00:00Z", ends: "2026-08-27T00:00:00Z" };
const change = (at: string) => ({ at, kind: "incident" as const, what: "1" });

describe("moments on the slider", () => {
  it("are written in Beijing time whatever the computer is set to", () => {
    expect(written(Date.parse("2026-11-28T17:45:00Z"))).toBe("2026-11-29T01:45+08:00");
    expect(spoken("2026-11-28T17:45:00Z")).toBe("11-29 01:45");
  });

  it("lie in the last 72 hours, else in the storm of then, else in the hours around", () => {
    expect(spanFor(null, NOW, [STORM])).toEqual(lastHours(NOW));
    expect(spanFor(NOW - 60 * MINUTE, NOW, [STORM]).id).toBe("last");
    expect(spanFor(Date.parse("2026-08-25T00:00:00Z"), NOW, [STORM]).id).toBe("2699");
    const then = Date.parse("2026-03-01T00:00:00Z");
    const around = spanFor(then, NOW, [STORM]);
    expect([around.id, (around.begins + around.ends) / 2]).toEqual(["then", then]);
  });

  it("go from change to change, each shown from the first minute at which it is known", () => {
    const changes = [change("2026-11-28T10:00:30Z"), change("2026-11-28T10:05:00Z")];
    const at = (time: string) => Date.parse(`2026-11-28T${time}:00Z`);
    expect(nextChange(changes, at("10:00"), 1)).toBe(at("10:01"));
    expect(nextChange(changes, at("10:01"), 1)).toBe(at("10:05"));
    expect(nextChange(changes, at("10:05"), 1)).toBeNull();
    expect(nextChange(changes, at("10:05"), -1)).toBe(at("10:01"));
    expect(nextChange(changes, at("10:01"), -1)).toBeNull();
  });

  it("ask for layers of then only where versions of then are kept", () => {
    const replay = {
      begins: "",
      ends: "",
      layers_from: "2026-11-28T10:00:00Z",
      positions_from: null,
      moments: [],
      storms: [],
    };
    expect(layersAt("2026-11-28T18:01+08:00", replay)).toBe("2026-11-28T18:01+08:00");
    expect(layersAt("2026-11-28T17:59+08:00", replay)).toBeNull();
    expect(layersAt("2026-11-28T18:01+08:00", null)).toBeNull();
    expect(layersAt(null, replay)).toBeNull();
  });
});
