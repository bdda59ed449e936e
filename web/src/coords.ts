/** Reading decimal coordinates that a person typed, in either order. Degrees, WGS 84. */

export type Reading = { lon: number; lat: number; order: "latlon" | "lonlat"; sure: boolean };

const PART = String.raw`([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEWnsew北南东西])?`;
const PAIR = new RegExp(
  String.raw`^\s*([NSEWnsew北南东西])?\s*${PART}\s*[,，;；\s]\s*([NSEWnsew北南东西])?\s*${PART}\s*$`,
);

function axis(letter: string | undefined): "lat" | "lon" | null {
  if (!letter) return null;
  return /[NSns北南]/.test(letter) ? "lat" : "lon";
}

function signed(text: string, letter: string | undefined): number {
  return letter && /[SWsw南西]/.test(letter) ? -Math.abs(Number(text)) : Number(text);
}

/**
 * Read `29.87,121.55` (also with spaces, full-width comma, hemisphere letters). Letters decide the order; without
 * them a value beyond 90 must be the longitude; if both fit, latitude first is assumed and `sure` is false.
 * Returns null when the text is no coordinate pair.
 */
export function parseCoordinate(text: string): Reading | null {
  const match = PAIR.exec(text.normalize("NFKC"));
  if (!match) return null;
  const letters = [match[1] ?? match[3], match[4] ?? match[6]];
  const values = [signed(match[2] ?? "", letters[0]), signed(match[5] ?? "", letters[1])];
  const [a, b] = values as [number, number];
  const [axisA, axisB] = [axis(letters[0]), axis(letters[1])];
  if (axisA !== null && axisA === axisB) return null;
  const first = axisA ?? (axisB === "lat" ? "lon" : axisB === "lon" ? "lat" : null);
  const latFirst = first === null ? Math.abs(a) <= 90 : first === "lat";
  const [lat, lon] = latFirst ? [a, b] : [b, a];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) return null;
  const sure = first !== null || Math.abs(a) > 90 || Math.abs(b) > 90;
  return { lon, lat, order: latFirst ? "latlon" : "lonlat", sure };
}
