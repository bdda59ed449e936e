import { describe, expect, it } from "vitest";
import { formatState, initialState, parseState, type State } from "../src/state";

const full: State = {
  view: { lon: 120.12345, lat: 29.5, zoom: 8.25 },
  layers: ["zones", "points_2"],
  off: { zones: ["4", "~"], points_2: ["open;closed", "a,b"] },
  theme: "night",
  lang: "en",
  item: { layer: "zones", key: "33/07&82=?#" },
  pin: [121.55, 29.87],
  panel: "coverage",
  at: "2026-11-01",
  t: "2026-11-29T01:45+08:00",
  since: "2026-10-01",
  parts: { points_2: "overdue" },
  hazard: "chemical",
  foot: { kind: "wedge", isolation: 200, downwind: 2000, from: 45 },
  inc: 12,
  load: "261125023000ab12cd",
  coverage: {
    on: false,
    bases: ["B1", "B,2"],
    prep: 12.5,
    resp: 60,
    speed: 180,
    radius: null,
    wind: { speed: 8.5, from: 330 },
    moved: { "B,2:;": [120.1, 29.25], B1: [121, 28] },
    added: [
      [119.5, 28.5],
      [120.75, 30.125],
    ],
    bands: true,
    aircraft: "Mi-171A2",
    scene: 20,
    visibility: 1600,
    night: true,
    now: true,
    hospital: 90,
    rose: [],
    noFly: [
      [
        [119.4, 28.9],
        [119.5, 28.9],
        [119.5, 29.6],
      ],
      [
        [121, 29],
        [121.2, 29],
        [121.2, 29.2],
        [121, 29.2],
      ],
    ],
  },
};

describe("the state in the URL", () => {
  it("holds a wind rose instead of one wind, without what is no wind", () => {
    const rose = parseState("wind=5/90&rose=8/330/40;12/30/20.5;1/2;x/y/z;5/400/10").coverage;
    expect(rose.wind).toBeNull();
    expect(rose.rose).toEqual([
      { speed: 8, from: 330, share: 40 },
      { speed: 12, from: 30, share: 20.5 },
    ]);
    const state = { ...initialState(), coverage: rose };
    expect(parseState(formatState(state)).coverage).toEqual(rose);
  });

  it("comes back as it went in", () => {
    expect(parseState(`#${formatState(full)}`)).toEqual(full);
  });

  it("is an empty fragment when everything is at its default", () => {
    expect(formatState(initialState())).toBe("");
    expect(parseState("")).toEqual(initialState());
    expect(parseState("#")).toEqual(initialState());
  });

  it("tells no layers from the server's choice of layers, and no bases from every base", () => {
    const none = { ...initialState(), layers: [], coverage: { ...initialState().coverage, bases: [] } };
    expect(formatState(none)).toBe("layers=-&bases=-");
    expect(parseState(formatState(none))).toEqual(none);
  });

  it("reads preparation zero as zero and not as absent", () => {
    expect(parseState("#prep=0").coverage.prep).toBe(0);
    expect(formatState(parseState("#prep=0"))).toBe("prep=0");
  });

  it.each([
    "#m=8/91/120",
    "#m=8/29",
    "#m=8/29/120/4",
    "#m=NaN/29/120",
    "#m=1e3/29/120",
    "#m=//",
    "#pin=29.8",
    "#pin=29.8,181",
    "#pin=a,b",
    "#item=",
    "#item=/x",
    "#item=zones/",
    "#item=Zones/1",
    "#item=zones/%E0%A4%A",
    "#off=zones",
    "#off=zones:",
    "#off=:1",
    "#off=__proto__:1",
    "#theme=red",
    "#lang=fr",
    "#panel=<script>",
    "#resp=-5",
    "#resp=1e9",
    "#radius=0",
    "#radius=abc",
    "#speed=",
    "#=&&&=",
    "#%%%",
  ])("leaves junk at its default: %s", (junk) => {
    expect(parseState(junk)).toEqual(initialState());
  });

  it("keeps what is good beside what is junk", () => {
    const state = parseState("#m=8/29/120&theme=red&lang=en&layers=ok,NOT OK,ok");
    expect(state.view).toEqual({ zoom: 8, lat: 29, lon: 120 });
    expect(state.theme).toBeNull();
    expect(state.lang).toBe("en");
    expect(state.layers).toEqual(["ok"]);
  });

  it("never throws, whatever stands there", () => {
    let seed = 7;
    const next = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed;
    };
    const alphabet = "#=&;:,/%~-.abcmpin019 layersoffbasescov中\u0000";
    for (let run = 0; run < 2000; run++) {
      let text = "";
      for (let at = next() % 40; at > 0; at--) text += alphabet[next() % alphabet.length];
      const once = parseState(text);
      expect(parseState(formatState(once))).toEqual(once);
    }
  });
});
