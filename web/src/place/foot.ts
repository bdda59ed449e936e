/** The footprint of an accident as the page keeps it: in the state, in the URL, in the question to the server. */

export type Foot =
  | { kind: "ring"; radius: number }
  | { kind: "wedge"; isolation: number; downwind: number; from: number }
  | { kind: "drawn"; places: [lon: number, lat: number][] };

export const FOOT_DEFAULT: Foot = { kind: "ring", radius: 1000 };
/** A wedge to start from; the distances of a substance are for the person on duty to set. */
export const WEDGE_START: Foot = { kind: "wedge", isolation: 150, downwind: 1500, from: 0 };

/** Metres and degrees. The server has the last word. */
export const FOOT_LIMITS = {
  radius: [10, 50_000],
  isolation: [10, 10_000],
  downwind: [10, 50_000],
  from: [0, 360],
} as const;
const MOST_PLACES = 200;

export const HAZARDS = ["chemical", "fire", "flood", "typhoon", "geology", "earthquake"] as const;
export type Hazard = (typeof HAZARDS)[number];

function within(text: string | undefined, [low, high]: readonly [number, number]): number | null {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= low && value <= high ? value : null;
}

/** Read `1000`, `150/1500/90` (isolation, downwind, wind from) or `p29.8,121.5;29.9,121.5;…`; null for anything else. */
export function parseFoot(text: string | undefined): Foot | null {
  if (!text) return null;
  if (text.startsWith("p")) {
    const places = text
      .slice(1)
      .split(";")
      .map((part) => part.split(",").map(Number))
      .filter(([lat, lon]) => Math.abs(lat ?? 91) <= 90 && Math.abs(lon ?? 181) <= 180)
      .map(([lat, lon]): [number, number] => [lon ?? 0, lat ?? 0]);
    return places.length >= 3 && places.length <= MOST_PLACES ? { kind: "drawn", places } : null;
  }
  const [first, second, third, ...rest] = text.split("/");
  if (rest.length > 0) return null;
  if (second === undefined) {
    const radius = within(first, FOOT_LIMITS.radius);
    return radius === null ? null : { kind: "ring", radius };
  }
  const isolation = within(first, FOOT_LIMITS.isolation);
  const downwind = within(second, FOOT_LIMITS.downwind);
  const from = within(third, FOOT_LIMITS.from);
  if (isolation === null || downwind === null || from === null) return null;
  return { kind: "wedge", isolation, downwind, from };
}

/** The form of a footprint in the URL; null for the default. */
export function formatFoot(foot: Foot): string | null {
  if (foot.kind === "ring") return foot.radius === 1000 ? null : String(foot.radius);
  if (foot.kind === "wedge") return `${foot.isolation}/${foot.downwind}/${foot.from}`;
  const short = (value: number) => String(Number(value.toFixed(5)));
  return `p${foot.places.map(([lon, lat]) => `${short(lat)},${short(lon)}`).join(";")}`;
}

/** The footprint as the server takes it. */
export function footBody(foot: Foot): Record<string, unknown> {
  if (foot.kind === "ring") return { kind: "ring", radius_m: foot.radius };
  if (foot.kind === "wedge")
    return {
      kind: "wedge",
      isolation_m: foot.isolation,
      downwind_m: foot.downwind,
      wind_from_deg: foot.from,
    };
  const [first] = foot.places;
  const ring = first ? [...foot.places, first] : [];
  return { kind: "drawn", geometry: { type: "Polygon", coordinates: [ring] } };
}
