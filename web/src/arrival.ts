/** When help is at the marked place: the first flights, by road beside them, and the way on the map. */

import { api, isAbort } from "./api";
import type { App } from "./app";
import { fill, h } from "./dom";
import { coverageRequest } from "./fetchers";
import { decimal, minutesSum } from "./format";
import { rightView } from "./layout";
import type { Arrival } from "./types";

const SHOWN = 3;

export class ArrivalBlock {
  readonly element = h("div", { class: "arrival", "data-testid": "arrival", "aria-live": "polite" });
  readonly #app: App;
  #abort = new AbortController();
  #asked = "";

  constructor(app: App) {
    this.#app = app;
    app.coverage.subscribe(() => void this.#ask());
    app.store.subscribe((state, before) => {
      const keys = ["pin", "panel", "item", "lang"] as const;
      if (keys.some((key) => state[key] !== before[key])) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const { store, bases, way } = this.#app;
    const { pin, coverage, lang } = store.state;
    const on = pin !== null && coverage.on && rightView(store.state) === "coverage";
    const asked = on ? JSON.stringify([pin, coverage, lang, bases.value.data?.version]) : "";
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#abort.abort();
    if (!on) {
      way.value = null;
      fill(this.element);
      return;
    }
    this.#abort = new AbortController();
    try {
      const body = coverageRequest(coverage, bases.value.data?.bases ?? []);
      const { places } = await api.arrival(body, pin, this.#abort.signal);
      if (places[0]) this.#draw(places[0]);
    } catch (error) {
      if (isAbort(error)) return;
      this.#asked = ""; // what was refused stands beside the figures; a lost connection is asked again
      way.value = null;
      fill(this.element);
    }
  }

  #draw(found: Arrival): void {
    const { say, lang, way } = this.#app;
    way.value = found.air[0]?.way ?? null;
    const first = (yes: boolean) => (yes ? ` · ${say("firstThere")}` : "");
    const rows = found.air
      .slice(0, SHOWN)
      .map((one, i) =>
        h(
          "div",
          { class: "row figure-row", "data-testid": "arrival-row" },
          h("span", { class: "name" }, (lang === "en" && one.name_en) || one.name),
          h(
            "span",
            { class: "parts" },
            `${decimal(one.distance_km, lang, 0)} km${one.reached ? first(i === 0 && found.first === "air") : ` · ${say("beyond")}`}`,
          ),
          h("span", { class: "figure strong" }, minutesSum(one.preparation_min, one.minutes, lang)),
        ),
      );
    const road =
      found.road_min === null ? say("noRoads") : `${decimal(found.road_min, lang, 0)} ${say("minute")}`;
    fill(
      this.element,
      h(
        "h2",
        {},
        say("arrival"),
        " ",
        h("span", { class: "col-head" }, `${found.lat.toFixed(4)}, ${found.lon.toFixed(4)}`),
      ),
      ...(rows.length > 0 ? rows : [h("p", { class: "hint warn" }, say("nobodyComes"))]),
      h(
        "div",
        { class: "row figure-row" },
        h("span", { class: "name" }, say("byRoad")),
        h("span", { class: "parts" }, first(found.first === "road")),
        h("span", { class: "figure" }, road),
      ),
    );
  }
}
