/** A picture of the map for the printed sheet. */

import type { Map as MapLibreMap } from "maplibre-gl";
import type { Bounds } from "./types";

/** Room round the box on the sheet, in CSS pixels. */
const ROOM = 20;
/** A box smaller than this share of the picture is looked at from nearer. */
const TINY = 0.2;

type Strip = { top: number; height: number };

/** The strip of the map, of full width, that has the box in its middle; null where the view does not hold it. */
export function stripOf(
  size: { width: number; height: number },
  box: { left: number; right: number; top: number; bottom: number },
  shape: number,
): Strip | null {
  const height = Math.min(size.height, size.width / shape);
  const top = (box.top + box.bottom - height) / 2;
  const isIn = box.left >= ROOM && box.right <= size.width - ROOM && top >= 0 && top + height <= size.height;
  const fits = box.bottom - box.top + 2 * ROOM <= height;
  const isSeen = box.bottom - box.top >= TINY * height || box.right - box.left >= TINY * size.width;
  return isIn && fits && isSeen ? { top, height } : null;
}

function boxOn(map: MapLibreMap, [west, south, east, north]: Bounds) {
  const [a, b] = [map.project([west, north]), map.project([east, south])];
  return { left: a.x, right: b.x, top: a.y, bottom: b.y };
}

function soon(map: MapLibreMap, event: "idle" | "render", ms: number, act = () => {}): Promise<void> {
  return new Promise((done) => {
    const late = setTimeout(done, ms);
    map.once(event, () => {
      clearTimeout(late);
      act();
      done();
    });
    map.triggerRepaint();
  });
}

/** Copy a strip of what is drawn; WebGL keeps nothing after the frame is shown, so this is done while it is drawn. */
function copy(map: MapLibreMap, strip: Strip): ImageData | null {
  const drawn = map.getCanvas();
  const gl = drawn.getContext("webgl2");
  if (!gl) return null;
  const ratio = drawn.width / map.getContainer().clientWidth;
  const height = Math.min(drawn.height, Math.round(strip.height * ratio));
  const bottom = Math.max(0, drawn.height - Math.round(strip.top * ratio) - height);
  const image = new ImageData(drawn.width, height);
  const row = drawn.width * 4;
  const turned = new Uint8Array(row * height); // rows from below
  // a 2D canvas would copy on the graphics card and fetch the copy back when it is packed: half a second
  gl.readPixels(0, bottom, drawn.width, height, gl.RGBA, gl.UNSIGNED_BYTE, turned);
  for (let at = 0; at < height; at++) {
    image.data.set(turned.subarray((height - 1 - at) * row, (height - at) * row), at * row);
  }
  return image;
}

function packed(image: ImageData): string {
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
  return canvas.toDataURL("image/png");
}

/**
 * The box and what is round it as a PNG address, in that shape (width to height). Where the view holds it, it is cut
 * out of the view; else the map goes there and comes back.
 */
export async function takePicture(
  map: MapLibreMap,
  ms: number,
  box: Bounds,
  shape: number,
): Promise<string | null> {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const before = { center: map.getCenter(), zoom: map.getZoom() };
  let strip = stripOf({ width, height }, boxOn(map, box), shape);
  const moved = strip === null;
  if (strip === null) {
    strip = { top: Math.max(0, (height - width / shape) / 2), height: Math.min(height, width / shape) };
    const y = strip.top + ROOM;
    map.fitBounds(box, { padding: { left: 60, right: 60, top: y, bottom: y }, maxZoom: 14, duration: 0 });
  }
  const part = strip;
  let kept: ImageData | null = null;
  const isAtRest = !moved && map.loaded() && !map.isMoving();
  // the map says that it is idle while its last frame still stands, so that no other is drawn for the picture
  await soon(map, isAtRest ? "render" : "idle", ms, () => {
    kept = copy(map, part);
  });
  if (moved) map.jumpTo(before);
  return kept === null ? null : packed(kept);
}
