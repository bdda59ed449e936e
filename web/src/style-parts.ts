/** What the parts of the style share: slots, and the page's own layers in them. */

import type { LayerSpecification } from "maplibre-gl";

export const SLOTS = ["base", "fill", "shade", "line", "reach", "point", "label", "mark"] as const;
export type Slot = (typeof SLOTS)[number];

/** What the page itself adds to the layers of the server. */
export const OWN = "riskmap:";

export type Drawn = { slot: Slot; layer: LayerSpecification };

export function own(slot: Slot, name: string, rest: object): Drawn {
  return {
    slot,
    layer: { id: OWN + name, metadata: { "riskmap:slot": slot }, ...rest } as LayerSpecification,
  };
}
