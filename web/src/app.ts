/** What the parts of the page share: the state, the catalogue, the results, the connection. */

import type { FeatureCollection } from "geojson";
import type { RequestFailed } from "./api";
import type { AreaDrawing, Corners } from "./draw-area";
import { type Say, sayIn } from "./i18n";
import type { IncidentHead } from "./incident/types";
import type { Drawing } from "./load/drawing";
import type { Told } from "./news";
import type { Around } from "./place/types";
import { Signal } from "./signal";
import type { Store } from "./store";
import { themeOf } from "./theme";
import { layersAt } from "./time/moments";
import type { Replay } from "./time/types";
import type {
  BaseList,
  Bounds,
  Catalogue,
  Comparison,
  Counts,
  Coverage,
  Item,
  Lang,
  LayerInfo,
  Theme,
} from "./types";

/** A result on its way: while a new one is fetched the last one stays, and says that it is old. */
export type Result<T> = { data: T | null; loading: boolean; error: RequestFailed | null };

export function noResult<T>(): Result<T> {
  return { data: null, loading: false, error: null };
}

export type Connection = { online: boolean; lastContact: number | null };

/** An object under the pointer. */
export type Hit = {
  layer: string;
  key: string;
  name: string | null;
  n: number;
  properties: Record<string, unknown>;
};

/** A proposed base: its number among those that would be added, and the people it adds. */
export type BestPlace = { lon: number; lat: number; number: number; adds: number };

/** The few things the panels ask of the map. */
export type MapView = {
  fly(lon: number, lat: number, zoom?: number): void;
  home(): void;
  /** Go to the object that is chosen next, once its outline is known. */
  aim(): void;
  /** Show a box, unless it is in view already. */
  show(bounds: Bounds): void;
  hits(lon: number, lat: number): Hit[];
  /** A box and what is round it as a PNG address in that shape (width to height); null where it cannot be had within some milliseconds. */
  picture(ms: number, box: Bounds, shape: number): Promise<string | null>;
};

export class App {
  readonly store: Store;
  readonly catalogue = new Signal<Catalogue | null>(null);
  /** Counts in view by layer; null where they could not be had. */
  readonly counts = new Signal<ReadonlyMap<string, Counts | null>>(new Map());
  /** When the counts were had last, in milliseconds. */
  readonly countedAt = new Signal<number | null>(null);
  readonly item = new Signal<Result<Item>>(noResult());
  readonly bases = new Signal<Result<BaseList>>(noResult());
  /** Everything about the chosen place. */
  readonly around = new Signal<Result<Around>>(noResult());
  /** Where the chosen coordinates would lie had a web map shifted them. */
  readonly second = new Signal<[lon: number, lat: number] | null>(null);
  /** Where vehicles, teams and aircraft are; null while there are none. */
  readonly movers = new Signal<{ data: FeatureCollection; total: number; old: number } | null>(null);
  /** What there is to replay. */
  readonly replay = new Signal<Replay | null>(null);
  /** The storms of the moment that is shown; null where they could not be had. */
  readonly storms = new Signal<FeatureCollection | null>(null);
  /** Open incidents, drawn on the map. */
  readonly marks = new Signal<readonly IncidentHead[]>([]);
  /** The area that is being drawn; null while none is. */
  readonly corners = new Signal<Corners | null>(null);
  readonly coverage = new Signal<Result<Coverage>>(noResult());
  readonly connection = new Signal<Connection>({ online: true, lastContact: null });
  /** Bumped when the map came to rest: what it shows can be asked again. */
  readonly settled = new Signal(0);
  /** Layers of which tiles could not be fetched. */
  readonly incomplete = new Signal<ReadonlySet<string>>(new Set());
  /** What the load wizard draws on the map; null while it draws nothing. */
  readonly drawing = new Signal<Drawing | null>(null);
  /** What the scenario on screen reaches and the one kept as A does not; drawn on the map. */
  readonly comparison = new Signal<Comparison | null>(null);
  /** The way of the first flight to the marked place. */
  readonly way = new Signal<[lon: number, lat: number][] | null>(null);
  /** The best place for one more base, found but not taken yet. */
  readonly best = new Signal<BestPlace | null>(null);
  /** Whether it is pointed at, on the map or in the panel. */
  readonly bestLit = new Signal(false);
  /** What the server has told of each layer's newest version. */
  readonly told = new Map<string, Told>();
  view: MapView | null = null;
  /** What draws areas on the map; takes its clicks meanwhile. */
  area: AreaDrawing | null = null;
  /** Fetch anew everything that is shown; set once there is a map to ask for. */
  refetch: () => void = () => {};
  /** Ask for the catalogue again, because data has been loaded. */
  reload: () => Promise<void> = async () => {};
  /** Somebody changed an incident or set a live value. */
  changed: (what: { incident?: number; live?: string[]; all?: boolean }) => void = () => {};

  constructor(store: Store) {
    this.store = store;
  }

  /** The day or moment that layers are asked of; null is now. */
  get at(): string | null {
    const { at, t } = this.store.state;
    return at ?? layersAt(t, this.replay.value);
  }

  /** Whether the past is shown, in which nothing can be changed. */
  get past(): boolean {
    const { at, t } = this.store.state;
    return at !== null || t !== null;
  }

  get lang(): Lang {
    return this.store.state.lang;
  }

  get theme(): Theme {
    return themeOf(this.store.state);
  }

  get say(): Say {
    return sayIn(this.lang);
  }

  layer(id: string): LayerInfo | undefined {
    return this.catalogue.value?.layers.find((one) => one.id === id);
  }
}
