/** The small button behind a layer that offers it as a file, in four formats. */

import type { App } from "./app";
import { button, fill, h, setAttr } from "./dom";
import { say } from "./format";
import type { LayerInfo } from "./types";

const FORMATS = [
  ["GeoJSON", "geojson"],
  ["CSV", "csv"],
  ["GeoPackage", "gpkg"],
  ["FlatGeobuf", "fgb"],
] as const;

/** Where the server has a layer, or the part of it that the map shows, as a file; tables get the titles of the page's
 * language. */
export function exportUrl(layer: string, form: string, lang: string, part?: string): string {
  const asked = new URLSearchParams();
  if (part) asked.set("filter", part);
  if (form === "csv" && lang === "zh") asked.set("header", "zh");
  return `/api/layers/${layer}/export.${form}${asked.size > 0 ? `?${asked}` : ""}`;
}

/** Button and links, or nothing: rasters have no rows, an export is of now and not of a day that is looked back at. */
export function downloadOf(app: App, info: LayerInfo): HTMLElement[] {
  const { say: t, lang, store } = app;
  if (info.status !== "loaded" || info.kind !== "vector" || store.state.at || store.state.t) return [];
  const list = h("div", { class: "downloads", "data-testid": "layer-downloads", hidden: true });
  const words = t("downloadLayer", { layer: say(info.title, lang) });
  const attrs = {
    class: "download",
    "data-testid": "layer-download",
    "data-layer": info.id,
    "aria-label": words,
    title: words,
    "aria-expanded": "false",
  };
  const toggle = button(
    attrs,
    () => {
      if (list.hidden) fill(list, ...linksOf(app, info));
      setAttr(list, "hidden", !list.hidden);
      setAttr(toggle, "aria-expanded", String(!list.hidden));
    },
    "⤓",
  );
  return [toggle, list];
}

/** A link per format, of the part that the map shows where one is chosen; its name stands before them. */
function linksOf(app: App, info: LayerInfo): HTMLElement[] {
  const { lang, store } = app;
  const part = info.filters.find((one) => one.id === store.state.parts[info.id]);
  const links = FORMATS.map(([name, form]) =>
    h("a", { class: "link", href: exportUrl(info.id, form, lang, part?.id), download: "" }, name),
  );
  return part ? [h("span", { class: "sub" }, say(part.title, lang)), ...links] : links;
}
