/** The scale bar: a round length on the ground at the middle of the map. */

/** Metres on the equator of the web map's sphere. */
const EQUATOR = 40_075_016.686;

/** Metres per CSS pixel at a latitude (degrees) and zoom, with tiles of 512 pixels. */
export function metresPerPixel(lat: number, zoom: number): number {
  return (EQUATOR * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
}

/** The longest of 1, 2, 5 × 10ⁿ metres that fits into `room` pixels, and its width in pixels. */
export function scaleFor(lat: number, zoom: number, room: number): { metres: number; pixels: number } {
  const each = metresPerPixel(lat, zoom);
  const most = each * room;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((one) => one * power <= most) ?? 1) * power;
  return { metres, pixels: Math.round(metres / each) };
}
