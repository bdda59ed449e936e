/** The MapLibre map: takes the style of style.ts, keeps the view in the state, says what lies under a point. */

import {
  type GeoJSONSource,
  Map as MapLibreMap,
  NavigationControl,
  prewarm,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { reportReach } from "./api";
import type { App, Hit, MapView } from "./app";
import { drawCalmly, drawWhenThereIsSomething } from "./calm";
import { FailedTiles, type TileId } from "./failed-tiles";
import { putImages, putMissingImage } from "./icons";
import { movedBases } from "./moved-bases";
import { takePicture } from "./picture";
import { buildStyle, HIT, layersOn, MOVERS, OWN } from "./style";
import { tokens } from "./theme";
import { layerOf, tilesTouched } from "./tiles";
import type { Bounds, Catalogue } from "./types";

setWorkerUrl(workerUrl);
prewarm(); // the worker is read while the catalogue is on its way

const LOCAL_FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif';
const NOTHING = { type: "FeatureCollection" as const, features: [] };
/** How long other questions hold back for the first view, in milliseconds. */
const PATIENCE_MS = 2_000;
const CHINA: Bounds = [73, 18, 135, 54];

function isPhone(): boolean {
  return matchMedia("(max-width: 760px)").matches;
}

function locale(app: App): Record<string, string> {
  return {
    "Map.Title": app.say("map"),
    "NavigationControl.ZoomIn": app.say("zoomIn"),
    "NavigationControl.ZoomOut": app.say("zoomOut"),
  };
}

/** Let go of the tiles of a source that are kept out of sight: MapLibre refreshes only those in view. */
function forgetUnseen(map: MapLibreMap, id: string): void {
  const { tileManagers } = map.style as unknown as {
    tileManagers: Record<string, { _outOfViewCache: { reset(): void } }>;
  };
  tileManagers[id]?._outOfViewCache.reset();
}

export class RiskMap implements MapView {
  readonly map: MapLibreMap;
  readonly #app: App;
  #catalogue: Catalogue;
  readonly #failed: FailedTiles;
  #styled = false;
  #aimless = false;
  #syncing = false;
  /** Kept when all that the first view needs is drawn, or has been waited for long enough. */
  readonly drawn: Promise<unknown>;
  /** The version whose tiles are asked for, by layer. */
  readonly #versions = new Map<string, string>();

  constructor(container: HTMLElement, app: App, catalogue: Catalogue) {
    this.#app = app;
    this.#catalogue = catalogue;
    this.#takeVersions(catalogue);
    const view = app.store.state.view;
    this.map = new MapLibreMap({
      container,
      style: this.#style(),
      ...(view
        ? { center: [view.lon, view.lat] as [number, number], zoom: view.zoom }
        : { bounds: catalogue.bounds ?? CHINA, fitBoundsOptions: { padding: this.#padding() } }),
      localIdeographFontFamily: LOCAL_FONTS,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      minZoom: 3,
      maxZoom: 19,
      fadeDuration: 0,
      renderWorldCopies: false,
      locale: locale(app),
      transformRequest: (url) => ({ url: this.#versioned(url) }),
    });
    drawWhenThereIsSomething(this.map);
    drawCalmly(this.map);
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
    this.#failed = new FailedTiles(app, this.map);
    this.drawn = Promise.race([this.map.once("idle"), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
    this.#listen();
    const { item, pin } = app.store.state;
    this.#aimless = view === null && item !== null;
    if (view === null && item === null && pin) this.map.jumpTo({ center: pin, zoom: 10 });
  }

  aim(): void {
    this.#aimless = true;
  }

  /** A link that names an object but no view opens on that object. */
  #aim(bounds: Bounds): void {
    if (!this.#aimless) return;
    this.#aimless = false;
    this.map.fitBounds(bounds, { padding: this.#padding(), maxZoom: 12, duration: 0 });
  }

  #listen(): void {
    const { map } = this;
    map.once("style.load", () => {
      this.#styled = true;
      putImages(map);
      this.#remember();
      this.sync();
    });
    map.setMissingStyleImageResolver((id) => putMissingImage(map, id));
    map.on("moveend", () => this.#remember());
    map.on("idle", () => {
      document.documentElement.dataset.ready = "1";
      this.#app.settled.value += 1;
    });
    map.on("click", (event) => this.#pick(event.lngLat.lng, event.lngLat.lat));
    map.on("mousemove", (event) => {
      const found = this.#hitsAt([event.point.x, event.point.y], 4);
      map.getCanvas().style.cursor = this.#app.corners.value
        ? "crosshair"
        : found.length > 0
          ? "pointer"
          : "";
    });
    map.on("error", (event) => {
      const status = (event.error as { status?: number } | undefined)?.status;
      const { sourceId, tile } = event as { sourceId?: string; tile?: { tileID: { canonical: TileId } } };
      if (sourceId && tile) this.#failed.note(sourceId, tile.tileID.canonical);
      if (status === undefined || status === 0) reportReach(false);
      map.triggerRepaint(); // a tile that failed asks for no frame, and without one the map never comes to rest
    });
    this.#app.store.subscribe((state, before) => {
      const drawn = ["layers", "off", "parts", "theme", "lang", "item", "pin"] as const;
      const planned = ["on", "noFly", "moved", "added"] as const;
      const isOther = planned.some((key) => state.coverage[key] !== before.coverage[key]);
      if (isOther || drawn.some((key) => state[key] !== before[key])) this.sync();
      const { view } = state;
      if (view && view !== before.view && !this.#isAt(view)) {
        map.jumpTo({ center: [view.lon, view.lat], zoom: view.zoom });
      }
    });
    this.#app.coverage.subscribe(() => this.sync());
    const { drawing, comparison, way, around, marks, corners, second, storms } = this.#app;
    for (const one of [drawing, comparison, way, around, marks, corners, second, storms])
      one.subscribe(() => this.sync());
    this.#app.movers.subscribe((now) => {
      // Not through the style: the rest of it need not be compared once a second.
      (map.getSource(MOVERS) as GeoJSONSource | undefined)?.setData(now?.data ?? NOTHING);
    });
    this.#app.item.subscribe(({ data }) => {
      this.sync();
      if (data) this.#aim(data.bbox);
    });
    this.#app.catalogue.subscribe((catalogue) => {
      if (!catalogue) return;
      this.#catalogue = catalogue;
      const changed = this.#takeVersions(catalogue);
      this.sync();
      for (const [id, before] of changed) this.#refresh(id, before);
    });
  }

  /** Give MapLibre the style of now, once for all that changes at this moment; it applies the difference. */
  sync(): void {
    if (!this.#styled || this.#syncing) return;
    this.#syncing = true;
    queueMicrotask(() => {
      this.#syncing = false;
      this.map.setStyle(this.#style(), { diff: true, validate: false });
    });
  }

  /** Draw hatches and signs in the colours of the theme on the root. */
  redrawImages(): void {
    if (this.#styled) putImages(this.map);
  }

  #style() {
    const app = this.#app;
    const { state } = app.store;
    const item = app.item.value.data;
    const isPoint = item !== null && app.layer(item.layer)?.geometry === "point";
    const overlay = {
      coverage: app.coverage.value.data,
      comparison: app.comparison.value,
      moved: movedBases(app.bases.value.data, state.coverage),
      way: app.way.value,
      mark: state.item && isPoint && item.key === state.item.key ? item.centre : state.pin,
      selected: state.item,
      load: app.drawing.value,
      storms: app.storms.value,
      ...(app.movers.value ? { movers: app.movers.value.data } : {}),
      place: {
        around: state.pin || state.item ? app.around.value.data : null,
        second: state.pin ? app.second.value : null,
        corners: app.corners.value?.places ?? [],
        incidents: app.marks.value,
      },
    };
    return buildStyle(this.#catalogue, state, app.theme, tokens(), overlay, location.origin);
  }

  #isAt(view: { lon: number; lat: number; zoom: number }): boolean {
    const { lng, lat } = this.map.getCenter();
    return (
      Math.abs(lng - view.lon) < 2e-5 &&
      Math.abs(lat - view.lat) < 2e-5 &&
      Math.abs(this.map.getZoom() - view.zoom) < 0.02
    );
  }

  #remember(): void {
    const { lng, lat } = this.map.getCenter();
    const view = {
      lon: Number(lng.toFixed(5)),
      lat: Number(lat.toFixed(5)),
      zoom: Number(this.map.getZoom().toFixed(2)),
    };
    this.#app.store.set({ view });
  }

  #padding() {
    const phone = matchMedia("(max-width: 760px)").matches;
    if (this.#app.store.state.load) return { top: 32, bottom: 32, left: 32, right: 32 };
    return phone
      ? { top: 24, bottom: 120, left: 12, right: 12 }
      : { top: 20, bottom: 20, left: 20, right: 20 };
  }

  fly(lon: number, lat: number, zoom?: number): void {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const up = isPhone() ? -0.2 * this.map.getContainer().clientHeight : 0;
    const target = {
      center: [lon, lat] as [number, number],
      zoom: zoom ?? this.map.getZoom(),
      offset: [0, up] as [number, number],
    };
    // Out of sight nothing links the two views, and the answer should not wait for a flight.
    const near = this.map.getBounds().contains([lon, lat]) && Math.abs(target.zoom - this.map.getZoom()) < 2;
    this.map.easeTo({ ...target, duration: calm || !near ? 0 : 300 });
  }

  home(): void {
    this.map.fitBounds(this.#catalogue.bounds ?? CHINA, { padding: this.#padding(), duration: 400 });
  }

  show(bounds: Bounds): void {
    this.map.resize(); // the room for the map may have changed just now
    const [west, south, east, north] = this.bounds();
    const isIn = bounds[0] >= west && bounds[1] >= south && bounds[2] <= east && bounds[3] <= north;
    // A box that is in view but tiny is as good as unseen.
    if (isIn && bounds[2] - bounds[0] > (east - west) / 8) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.fitBounds(bounds, { padding: this.#padding(), maxZoom: 13, duration: calm ? 0 : 250 });
  }

  picture(ms: number, box: Bounds, shape: number): Promise<string | null> {
    return takePicture(this.map, ms, box, shape);
  }

  /** What the map shows, as west, south, east, north in degrees. */
  bounds(): Bounds {
    const box = this.map.getBounds();
    const inside = (value: number, limit: number) => Math.max(-limit, Math.min(limit, value));
    return [
      inside(box.getWest(), 180),
      inside(box.getSouth(), 90),
      inside(box.getEast(), 180),
      inside(box.getNorth(), 90),
    ];
  }

  hits(lon: number, lat: number): Hit[] {
    if (!this.#styled) return [];
    const { x, y } = this.map.project([lon, lat]);
    return this.#hitsAt([x, y], 6);
  }

  #hitsAt([x, y]: [number, number], slack: number): Hit[] {
    if (!this.#styled) return [];
    const on = layersOn(this.#catalogue, this.#app.store.state);
    const isAsked = (id: string) => !id.startsWith(OWN) || id.startsWith(OWN + HIT);
    const ids = this.map.getLayersOrder().filter((id) => isAsked(id) && on.has(this.#sourceOf(id)));
    const near = this.map.queryRenderedFeatures(
      [
        [x - slack, y - slack],
        [x + slack, y + slack],
      ],
      { layers: ids.filter((id) => this.#app.layer(this.#sourceOf(id))?.geometry === "point") },
    );
    const under = this.map.queryRenderedFeatures([x, y], {
      layers: ids.filter((id) => this.#app.layer(this.#sourceOf(id))?.geometry === "polygon"),
    });
    const found = new Map<string, Hit>();
    for (const { source, properties } of [...near, ...under]) {
      if (properties.id === undefined) continue;
      // Nameless areas without a legend are background: nothing can be said about them.
      if (properties.name === undefined && this.#isBackground(source)) continue;
      const key = String(properties.id);
      const name = (this.#app.lang === "en" && properties.name_en) || properties.name;
      const hit = {
        layer: source,
        key,
        name: name ? String(name) : null,
        n: Number(properties.n ?? 1),
        properties,
      };
      const id = `${source}/${key}`;
      if (!found.has(id)) found.set(id, hit);
    }
    return [...found.values()];
  }

  #isBackground(id: string): boolean {
    const info = this.#app.layer(id);
    return info?.geometry === "polygon" && info.legend === null;
  }

  #sourceOf(layerId: string): string {
    return (this.map.getLayer(layerId) as { source?: string } | undefined)?.source ?? "";
  }

  #pick(lon: number, lat: number): void {
    if (this.#app.corners.value) {
      this.#app.area?.add(lon, lat);
      return;
    }
    this.#app.second.value = null;
    // While a load is looked at, the sides that would answer are not there.
    if (this.#app.store.state.load) return;
    const top = this.hits(lon, lat)[0];
    if (top && top.n > 1) {
      this.fly(lon, lat, Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()));
      return;
    }
    this.#app.store.set({
      pin: [lon, lat],
      item: top ? { layer: top.layer, key: top.key } : null,
      panel: this.#app.store.state.panel === "incidents" ? "incidents" : null,
    });
  }

  /** Addresses of tiles carry the version: each is then kept for ever, and none is ever old. */
  #versioned(url: string): string {
    const version = this.#versions.get(layerOf(url) ?? "");
    return version === undefined ? url : `${url}?v=${version}`;
  }

  /** Ask for the tiles of the versions in a catalogue from now on; returns the layers that had another one. */
  #takeVersions(catalogue: Catalogue): Map<string, string> {
    const changed = new Map<string, string>();
    for (const { id, version } of catalogue.layers) {
      const before = this.#versions.get(id);
      if (version === null) this.#versions.delete(id);
      else this.#versions.set(id, version);
      if (before !== undefined && version !== null && before !== version) changed.set(id, before);
    }
    return changed;
  }

  /** Fetch the tiles that differ from the version before; what is drawn stays until they are here. */
  #refresh(id: string, before: string): void {
    if (!this.map.getSource(id)) return;
    const told = this.#app.told.get(id);
    const isNext = told?.version === this.#versions.get(id) && told?.parent === before;
    const boxes = isNext ? (told?.changed ?? null) : null;
    if (boxes === null) {
      this.map.refreshTiles(id);
      return;
    }
    const info = this.#app.layer(id);
    const { minzoom = 0, maxzoom = 22 } = (info?.source ?? {}) as { minzoom?: number; maxzoom?: number };
    const zoom = Math.floor(this.map.getZoom());
    const touched = [-1, 0, 1]
      .map((step) => Math.max(minzoom, Math.min(maxzoom, zoom + step)))
      .flatMap((z) => tilesTouched(boxes, this.bounds(), z));
    if (touched.length > 0) this.map.refreshTiles(id, touched);
    forgetUnseen(this.map, id);
  }
}
