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
function copy(map: MapLibreMap, strip: Strip): HTMLCanvasElement {
  const drawn = map.getCanvas();
  const ratio = drawn.width / map.getContainer().clientWidth;
  const kept = document.createElement("canvas");
  kept.width = drawn.width;
  kept.height = Math.round(strip.height * ratio);
  kept.getContext("2d")?.drawImage(drawn, 0, -Math.round(strip.top * ratio));
  return kept;
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
  if (moved || !map.loaded() || map.isMoving()) await soon(map, "idle", ms);
  const part = strip;
  let kept: HTMLCanvasElement | null = null;
  await soon(map, "render", ms, () => {
    kept = copy(map, part);
  });
  if (moved) map.jumpTo(before);
  return kept === null ? null : (kept as HTMLCanvasElement).toDataURL("image/png");
}
