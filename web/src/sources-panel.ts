/** Every layer with its source, date, version, owner and licence. */

import type { App } from "./app";
import { fill, h } from "./dom";
import { date, integer, say } from "./format";
import type { LayerInfo } from "./types";

export class SourcesPanel {
  readonly element = h("div", { class: "sources-panel", "data-testid": "sources-panel" });
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    app.catalogue.subscribe(() => this.#draw());
    app.store.subscribe((state, before) => state.lang !== before.lang && this.#draw());
    this.#draw();
  }

  #draw(): void {
    const { catalogue, say: t } = this.#app;
    const rows = (catalogue.value?.layers ?? []).map((one) => this.#row(one));
    fill(this.element, h("h1", {}, t("sources")), ...rows);
  }

  #row(info: LayerInfo): HTMLElement {
    const { say: t, lang } = this.#app;
    const facts: [string, string | null][] = [
      [t("source"), info.source_name],
      [t("sourceDate"), info.source_date && date(info.source_date)],
      [t("version"), info.version],
      [t("owner"), info.owner],
      [t("licence"), info.licence],
      [t("loadedAt"), info.loaded_at && date(info.loaded_at)],
    ];
    const known = facts.filter((one): one is [string, string] => Boolean(one[1]));
    const count =
      info.status !== "loaded" ? t("emptyLayer") : info.kind === "raster" ? "" : integer(info.count, lang);
    return h(
      "section",
      { class: "source-row" },
      h(
        "div",
        { class: "block-head" },
        h("h2", {}, say(info.title, lang)),
        h("span", { class: "col-head" }, count),
      ),
      info.generated && h("p", { class: "demo" }, t("generated")),
      h(
        "dl",
        { class: "properties" },
        ...known.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { class: "long" }, value)]),
      ),
    );
  }
}
