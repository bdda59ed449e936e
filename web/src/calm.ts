/** A map that draws less often while it waits: each tile that comes would otherwise cost a frame of its own. */

import type { Map as MapLibreMap } from "maplibre-gl";

/** Between two frames of a map at rest whose tiles are still coming, in milliseconds. */
const GAP_MS = 200;

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
