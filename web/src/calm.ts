/** A map that draws less often while it waits: each tile that comes would otherwise cost a frame of its own. */

import type { Map as MapLibreMap } from "maplibre-gl";

/** Between two frames of a map at rest whose tiles are still coming, in milliseconds. */
const GAP_MS = 200;
/** How long the first picture may wait for tiles before what is there is shown, in milliseconds. */
const FIRST_MS = 700;

/**
 * A frame is the dearest thing that a machine without a graphics card does, and half a view of tiles is drawn as often
 * as there are tiles. What moves is drawn at once, and so is a map that has all it needs.
 */
export function drawCalmly(map: MapLibreMap): void {
  const draw = map.triggerRepaint.bind(map);
  let last = 0;
  let waiting = 0;
  const now = () => {
    clearTimeout(waiting);
    waiting = 0;
    draw();
  };
  map.on("render", () => {
    last = performance.now();
  });
  map.triggerRepaint = () => {
    const left = last + GAP_MS - performance.now();
    if (left <= 0 || map.isMoving() || map.areTilesLoaded()) now();
    else waiting ||= window.setTimeout(now, left);
  };
}

/**
 * The first frames of a map have no tiles: drawing them holds back the requests for the tiles (which leave when the
 * frame ends) by as long as the empty sea and its programs take, and nobody misses them.
 */
export function drawWhenThereIsSomething(map: MapLibreMap): void {
  const { painter } = map;
  const paint = painter.render;
  const began = performance.now();
  painter.render = (...frame) => {
    if (!map.areTilesLoaded() && performance.now() - began < FIRST_MS) return;
    painter.render = paint;
    paint.apply(painter, frame);
  };
  setTimeout(() => map.triggerRepaint(), FIRST_MS);
}
