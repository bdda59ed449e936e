/** Layers may come from one PMTiles file instead of a tile route: `pmtiles:///tiles/….pmtiles`. */

import { addProtocol } from "maplibre-gl";
import type { Catalogue } from "./types";

let offered = false;

/** Teach MapLibre the protocol if a layer asks for it; the reader is fetched only then. */
export async function offerArchives(catalogue: Catalogue): Promise<void> {
  const asked = catalogue.layers.some(
    ({ source }) => source && "url" in source && source.url?.startsWith("pmtiles:"),
  );
  if (!asked || offered) return;
  offered = true;
  const { Protocol } = await import("pmtiles");
  addProtocol("pmtiles", new Protocol({ metadata: true }).tile);
}
