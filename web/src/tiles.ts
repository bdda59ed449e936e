/** Tiles by address: which of them lie over a box, and the version that their address carries. */

import type { Bounds } from "./types";

export type TileId = { z: number; x: number; y: number };

const MARGIN = 64 / 4096;
const ADDRESS = /^([^?#]*\/tiles\/([^/?#]+)\/[^?#]*)\?v=[^&#]*$/;

/** Take the version off the address of a tile: MapLibre then keeps what it has drawn when another one is served. */
export function withoutVersion(template: string): string {
  return template.replace(ADDRESS, "$1");
}

/** The layer that an address of a tile belongs to; null for others. */
export function layerOf(url: string): string | null {
  return /\/tiles\/([^/?#]+)\/\d+\/\d+\/\d+\.\w+$/.exec(url)?.[1] ?? null;
}

function column(lon: number, n: number): number {
  return ((lon + 180) / 360) * n;
}

function row(lat: number, n: number): number {
  const rad = (Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180;
  return ((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n;
}

/** First and last column and row of the tiles that a box lies on, grown by a margin in tiles. */
function span(box: Bounds, n: number, margin: number): Bounds {
  const within = (value: number) => Math.max(0, Math.min(n - 1, Math.floor(value)));
  return [
    within(column(box[0], n) - margin),
    within(row(box[3], n) - margin),
    within(column(box[2], n) + margin),
    within(row(box[1], n) + margin),
  ];
}

/** The tiles of a zoom in view, or just beyond it, that a change inside the boxes (degrees) may show in. */
export function tilesTouched(boxes: readonly Bounds[], view: Bounds, z: number): TileId[] {
  const n = 2 ** z;
  const seen = span(view, n, 1);
  const found = new Map<string, TileId>();
  for (const box of boxes) {
    const lies = span(box, n, MARGIN);
    for (let x = Math.max(lies[0], seen[0]); x <= Math.min(lies[2], seen[2]); x += 1)
      for (let y = Math.max(lies[1], seen[1]); y <= Math.min(lies[3], seen[3]); y += 1)
        found.set(`${x}/${y}`, { z, x, y });
  }
  return [...found.values()];
}
