/** The small button behind a layer that offers it as a file, in four formats. */

import type { App } from "./app";
import { button, h, setAttr } from "./dom";
import { say } from "./format";
import type { LayerInfo } from "./types";

const FORMATS = [
  ["GeoJSON", "geojson"],
  ["CSV", "csv"],
  ["GeoPackage", "gpkg"],
  ["FlatGeobuf", "fgb"],
] as const;

/** Where the server has a layer as a file; tables get the titles of the page's language. */
export function exportUrl(layer: string, form: string, lang: string): string {
  return `/api/layers/${layer}/export.${form}${form === "csv" && lang === "zh" ? "?header=zh" : ""}`;
}

/** Button and links, or nothing: rasters have no rows, an export is of now and not of a day that is looked back at. */
export function downloadOf(app: App, info: LayerInfo): HTMLElement[] {
  const { say: t, lang, store } = app;
  if (info.status !== "loaded" || info.kind !== "vector" || store.state.at || store.state.t) return [];
  const links = FORMATS.map(([name, form]) =>
    h("a", { class: "link", href: exportUrl(info.id, form, lang), download: "" }, name),
  );
  const list = h("div", { class: "downloads", "data-testid": "layer-downloads", hidden: true }, ...links);
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
      setAttr(list, "hidden", !list.hidden);
      setAttr(toggle, "aria-expanded", String(!list.hidden));
    },
    "⤓",
  );
  return [toggle, list];
}
