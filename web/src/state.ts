/**
 * The whole state of the page, and its form in the URL.
 *
 * Grammar of the fragment: `#key=value&key=value`, every key optional, any order, junk ignored:
 *
 *     m=<zoom>/<lat>/<lon>       view: zoom 0-22, degrees WGS 84          (absent: the bounds of the data)
 *     layers=<id>,<id>           layers that are on, "-" for none          (absent: the server's own choice)
 *     off=<id>:<class>,<class>;… legend classes switched off; the class without a value is "~"
 *     theme=day|night            (absent: what the system prefers)
 *     lang=zh|en                 (absent: zh)
 *     item=<layer>/<key>         the selected object
 *     pin=<lat>,<lon>            the marked place
 *     panel=coverage|sources|keys|risk|incidents  what the right side shows beside the item
 *     at=<YYYY-MM-DD>            the map as it was at the end of that day      (absent: now)
 *     t=<YYYY-MM-DDThh:mm+08:00>  what was known at that moment                (absent: now)
 *     since=<YYYY-MM-DD>         what changed from the end of that day on is listed  (absent: the last change)
 *     part=<id>:<filter>,…       layers of which a named part only is shown
 *     haz=<hazard>               what happened at the marked place            (absent: anything)
 *     foot=<m>                   footprint: a ring (absent: 1000), <isolation m>/<downwind m>/<wind from>, or
 *                                p<lat>,<lon>;… drawn by hand
 *     inc=<id>                   the incident that is open
 *     load=<id>|new              the load in the wizard, or the wizard before there is one
 *     cov=0                      coverage not drawn
 *     bases=<id>,<id>            bases that count, "-" for none            (absent: every base not off)
 *     prep=<min> resp=<min> speed=<km/h>   prep, speed absent: each base's own; resp absent: 45
 *     radius=<km>|none           (absent: 100)
 *     wind=<m/s>/<degrees from>  (absent: still air)
 *     moved=<id>:<lat>,<lon>;…   bases that stand elsewhere in this scenario
 *     added=<lat>,<lon>;…        bases of this scenario only
 *     bands=1                    response-time bands drawn
 *     craft=<id> scene=<min> vis=<m> night=1 now=1 hosp=<min> rose=<speed>/<from>/<share>;…   aircraft, time on scene, visibility, night, only ready bases
 *     nofly=<lat>,<lon>;…|…      closed airspace, area by area
 *
 * Every list member is percent-encoded on its own, so keys may contain any character.
 */

import { FOOT_DEFAULT, type Foot, formatFoot, HAZARDS, type Hazard, parseFoot } from "./place/foot";
import type { ClassValue, Lang, Theme } from "./types";

export type View = { lon: number; lat: number; zoom: number };
export type Panel = "coverage" | "sources" | "keys" | "risk" | "incidents";

export type RoseWind = { speed: number; from: number; share: number };

export type CoverageState = {
  on: boolean;
  bases: string[] | null;
  prep: number | null;
  resp: number;
  speed: number | null;
  radius: number | null;
  wind: { speed: number; from: number } | null;
  moved: Record<string, [lon: number, lat: number]>;
  added: [lon: number, lat: number][];
  bands: boolean;
  aircraft: string | null;
  scene: number | null;
  visibility: number | null;
  night: boolean;
  now: boolean;
  /** Minutes from the call until the patient is at a hospital. */
  hospital: number | null;
  /** Instead of one wind. */
  rose: RoseWind[];
  noFly: [lon: number, lat: number][][];
};

export type State = {
  view: View | null;
  layers: string[] | null;
  off: Record<string, string[]>;
  theme: Theme | null;
  lang: Lang;
  item: { layer: string; key: string } | null;
  pin: [lon: number, lat: number] | null;
  panel: Panel | null;
  at: string | null;
  t: string | null;
  since: string | null;
  parts: Record<string, string>;
  hazard: Hazard | null;
  foot: Foot;
  inc: number | null;
  load: string | null;
  coverage: CoverageState;
};

export const COVERAGE_DEFAULT: CoverageState = {
  on: true,
  bases: null,
  prep: null,
  resp: 45,
  speed: null,
  radius: 100,
  wind: null,
  moved: {},
  added: [],
  bands: false,
  aircraft: null,
  scene: null,
  visibility: null,
  night: false,
  now: false,
  hospital: null,
  rose: [],
  noFly: [],
};

/** Limits of the coverage settings: minutes, km/h, km. The server has the last word. */
export const LIMITS = {
  prep: [0, 240],
  resp: [1, 600],
  speed: [10, 1000],
  radius: [1, 1000],
  scene: [0, 600],
  visibility: [0, 100000],
  hospital: [1, 1440],
  wind: [0, 100],
  from: [0, 360],
  share: [1, 100],
} as const;

export function initialState(): State {
  return {
    view: null,
    layers: null,
    off: {},
    theme: null,
    lang: "zh",
    item: null,
    pin: null,
    panel: null,
    at: null,
    t: null,
    since: null,
    parts: {},
    hazard: null,
    foot: FOOT_DEFAULT,
    inc: null,
    load: null,
    coverage: { ...COVERAGE_DEFAULT },
  };
}

/** The word a legend class has in the URL and in `data-class`. */
export function classKey(value: ClassValue): string {
  return value === null ? "~" : String(value);
}

const LAYER_ID = /^[a-z][a-z0-9_]{0,63}$/;
const LOAD_ID = /^[A-Za-z0-9_-]{1,64}$/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function numberIn(text: string | undefined, low: number, high: number): number | null {
  if (text === undefined || !NUMBER.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function list(text: string): string[] {
  if (text === "-") return [];
  const parts = text.split(",").map(decode);
  return [...new Set(parts.filter((part): part is string => part !== null && part !== ""))];
}

function pairs(fragment: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut > 0) found.set(part.slice(0, cut), part.slice(cut + 1));
  }
  return found;
}

function parseView(text: string | undefined): View | null {
  const [z, la, lo, ...rest] = (text ?? "").split("/");
  const zoom = numberIn(z, 0, 22);
  const lat = numberIn(la, -85, 85);
  const lon = numberIn(lo, -180, 180);
  if (rest.length > 0 || zoom === null || lat === null || lon === null) return null;
  return { lon, lat, zoom };
}

function parseOff(text: string | undefined): Record<string, string[]> {
  const off: Record<string, string[]> = {};
  for (const part of (text ?? "").split(";")) {
    const cut = part.indexOf(":");
    const id = part.slice(0, cut);
    const classes = cut > 0 ? list(part.slice(cut + 1)) : [];
    if (LAYER_ID.test(id) && classes.length > 0) off[id] = classes;
  }
  return off;
}

function parseItem(text: string | undefined): State["item"] {
  const cut = (text ?? "").indexOf("/");
  if (text === undefined || cut < 1) return null;
  const layer = text.slice(0, cut);
  const key = decode(text.slice(cut + 1));
  return LAYER_ID.test(layer) && key ? { layer, key } : null;
}

function parsePin(text: string | undefined): State["pin"] {
  const [la, lo, ...rest] = (text ?? "").split(",");
  const lat = numberIn(la, -90, 90);
  const lon = numberIn(lo, -180, 180);
  return rest.length > 0 || lat === null || lon === null ? null : [lon, lat];
}

function parseLoad(text: string | undefined): string | null {
  return text !== undefined && LOAD_ID.test(text) ? text : null;
}

function parseDay(text: string | undefined): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text ?? "") && !Number.isNaN(Date.parse(text ?? ""));
  return isDay && text ? text : null;
}

function parseMoment(text: string | undefined): string | null {
  const isMoment =
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}\+08:00$/.test(text ?? "") && !Number.isNaN(Date.parse(text ?? ""));
  return isMoment && text ? text : null;
}

function parseParts(text: string | undefined): Record<string, string> {
  const parts: Record<string, string> = {};
  for (const one of (text ?? "").split(",")) {
    const [id, filter, ...rest] = one.split(":");
    if (id && filter && rest.length === 0 && LAYER_ID.test(id) && LAYER_ID.test(filter)) parts[id] = filter;
  }
  return parts;
}

function parseWind(text: string | undefined): CoverageState["wind"] {
  const [first, second, ...rest] = (text ?? "").split("/");
  const speed = numberIn(first, 0, 100);
  const from = numberIn(second, 0, 360);
  return rest.length > 0 || !speed || from === null ? null : { speed, from };
}

export const MOST_WINDS = 36; // the server takes no more

function parseRose(text: string | undefined): RoseWind[] {
  const winds = (text ?? "").split(";").map((part) => {
    const [first, second, third, ...rest] = part.split("/");
    const speed = numberIn(first, ...LIMITS.wind);
    const from = numberIn(second, ...LIMITS.from);
    const share = numberIn(third, ...LIMITS.share);
    return rest.length > 0 || speed === null || from === null || share === null
      ? null
      : { speed, from, share };
  });
  return winds.filter((one): one is RoseWind => one !== null).slice(0, MOST_WINDS);
}

function parsePlaces(text: string | undefined): [number, number][] {
  const places = (text ?? "").split(";").map((part) => parsePin(part));
  return places.filter((place): place is [number, number] => place !== null);
}

function parseMoved(text: string | undefined): CoverageState["moved"] {
  const moved: CoverageState["moved"] = {};
  for (const part of (text ?? "").split(";")) {
    const cut = part.lastIndexOf(":");
    const id = cut > 0 ? decode(part.slice(0, cut)) : null;
    const place = parsePin(part.slice(cut + 1));
    if (id && place) moved[id] = place;
  }
  return moved;
}

function parseCoverage(found: Map<string, string>): CoverageState {
  const bases = found.get("bases");
  const radius = found.get("radius");
  const rose = parseRose(found.get("rose"));
  return {
    on: found.get("cov") !== "0",
    bases: bases === undefined ? null : list(bases),
    prep: numberIn(found.get("prep"), ...LIMITS.prep),
    resp: numberIn(found.get("resp"), ...LIMITS.resp) ?? COVERAGE_DEFAULT.resp,
    speed: numberIn(found.get("speed"), ...LIMITS.speed),
    radius: radius === "none" ? null : (numberIn(radius, ...LIMITS.radius) ?? COVERAGE_DEFAULT.radius),
    wind: rose.length > 0 ? null : parseWind(found.get("wind")),
    rose,
    hospital: numberIn(found.get("hosp"), ...LIMITS.hospital),
    moved: parseMoved(found.get("moved")),
    added: parsePlaces(found.get("added")),
    bands: found.get("bands") === "1",
    aircraft: decode(found.get("craft") ?? "") || null,
    scene: numberIn(found.get("scene"), ...LIMITS.scene),
    visibility: numberIn(found.get("vis"), ...LIMITS.visibility),
    night: found.get("night") === "1",
    now: found.get("now") === "1",
    noFly: (found.get("nofly") ?? "")
      .split("|")
      .map(parsePlaces)
      .filter((area) => area.length > 2),
  };
}

function oneOf<T extends string>(text: string | undefined, allowed: readonly T[]): T | null {
  return allowed.find((word) => word === text) ?? null;
}

/** Read a URL fragment. Never throws; whatever does not fit the grammar is left at its default. */
export function parseState(fragment: string): State {
  const found = pairs(fragment);
  const layers = found.get("layers");
  return {
    view: parseView(found.get("m")),
    layers: layers === undefined ? null : list(layers).filter((id) => LAYER_ID.test(id)),
    off: parseOff(found.get("off")),
    theme: oneOf(found.get("theme"), ["day", "night"]),
    lang: oneOf(found.get("lang"), ["zh", "en"]) ?? "zh",
    item: parseItem(found.get("item")),
    pin: parsePin(found.get("pin")),
    panel: oneOf(found.get("panel"), ["coverage", "sources", "keys", "risk", "incidents"]),
    at: parseDay(found.get("at")),
    t: parseMoment(decode(found.get("t") ?? "") ?? undefined),
    since: parseDay(found.get("since")),
    parts: parseParts(found.get("part")),
    hazard: oneOf(found.get("haz"), HAZARDS),
    foot: parseFoot(found.get("foot")) ?? FOOT_DEFAULT,
    inc: /^[1-9]\d{0,14}$/.test(found.get("inc") ?? "") ? Number(found.get("inc")) : null,
    load: parseLoad(found.get("load")),
    coverage: parseCoverage(found),
  };
}

/** Shorten a number for the URL: at most `digits` decimals, no trailing zeros. */
function short(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function join(values: readonly string[]): string {
  return values.length === 0 ? "-" : values.map(encodeURIComponent).join(",");
}

/** Write a state as a URL fragment without `#`; defaults are left out, so that links stay short. */
export function formatState(state: State): string {
  const out: string[] = [];
  const put = (key: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined) out.push(`${key}=${value}`);
  };
  const { view, coverage: c } = state;
  put("m", view && `${short(view.zoom, 2)}/${short(view.lat, 5)}/${short(view.lon, 5)}`);
  put("layers", state.layers && join(state.layers));
  const off = Object.entries(state.off).filter(([, classes]) => classes.length > 0);
  put("off", off.length > 0 ? off.map(([id, classes]) => `${id}:${join(classes)}`).join(";") : null);
  put("theme", state.theme);
  put("lang", state.lang === "zh" ? null : state.lang);
  put("item", state.item && `${state.item.layer}/${encodeURIComponent(state.item.key)}`);
  put("pin", state.pin && `${short(state.pin[1], 6)},${short(state.pin[0], 6)}`);
  put("panel", state.panel);
  put("at", state.at);
  put("t", state.t);
  put("since", state.since);
  const parts = Object.entries(state.parts);
  put("part", parts.length > 0 ? parts.map(([id, filter]) => `${id}:${filter}`).join(",") : null);
  put("haz", state.hazard);
  put("foot", formatFoot(state.foot));
  put("inc", state.inc === null ? null : String(state.inc));
  put("load", state.load);
  put("cov", c.on ? null : "0");
  put("bases", c.bases && join(c.bases));
  put("prep", c.prep === null ? null : short(c.prep, 2));
  put("resp", c.resp === COVERAGE_DEFAULT.resp ? null : short(c.resp, 2));
  put("speed", c.speed === null ? null : short(c.speed, 2));
  put(
    "radius",
    c.radius === null ? "none" : c.radius === COVERAGE_DEFAULT.radius ? null : short(c.radius, 2),
  );
  const place = ([lon, lat]: [number, number]) => `${short(lat, 5)},${short(lon, 5)}`;
  const moved = Object.entries(c.moved).map(([id, to]) => `${encodeURIComponent(id)}:${place(to)}`);
  put("wind", c.wind && `${short(c.wind.speed, 1)}/${short(c.wind.from, 0)}`);
  put("moved", moved.join(";") || null);
  put("added", c.added.map(place).join(";") || null);
  put("bands", c.bands ? "1" : null);
  put("craft", c.aircraft && encodeURIComponent(c.aircraft));
  put("scene", c.scene === null ? null : short(c.scene, 1));
  put("vis", c.visibility === null ? null : short(c.visibility, 0));
  put("night", c.night ? "1" : null);
  put("hosp", c.hospital === null ? null : short(c.hospital, 0));
  put(
    "rose",
    c.rose.map((one) => `${short(one.speed, 1)}/${short(one.from, 0)}/${short(one.share, 1)}`).join(";") ||
      null,
  );
  put("now", c.now ? "1" : null);
  put("nofly", c.noFly.map((area) => area.map(place).join(";")).join("|") || null);
  return out.join("&");
}
