/** The briefing: one sheet of A4 with the map and the lists of the answer on screen, printed by the browser. */

import type { Geometry } from "geojson";
import type { App } from "../app";
import { fill, h } from "../dom";
import { clock, coordinate, day, integer, NONE, say } from "../format";
import type { Bounds } from "../types";
import { hazardWords, km, minutes, rings, shelterSum } from "./sections";
import type { Around } from "./types";
import { type PlaceSay, placeWords } from "./words";

const SHOWN = { bases: 3, teams: 2, shelters: 5, hazards: 5, targets: 3 } as const;
/** Width to height of the picture on the sheet, as the stylesheet has it. */
const PICTURE_SHAPE = 190 / 54;
const PICTURE_MS = 4_000;

function table(heads: string[], rows: (string | Node)[][]): HTMLElement {
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((one) => h("th", {}, one)))),
    h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells.map((cell) => h("td", {}, cell))))),
  );
}

function part(title: string, ...children: (Node | string | null)[]): HTMLElement {
  return h("section", {}, h("h2", {}, title), ...children);
}

function head(app: App, data: Around, t: PlaceSay): HTMLElement {
  const where = data.areas.map((one) => one.name).join(" ");
  const asked = `${day(data.asked_at)} ${clock(data.asked_at)}`;
  const zone = data.worst_zone;
  return h(
    "header",
    {},
    h("h1", {}, `${t("briefTitle")}${data.hazard ? ` · ${t(data.hazard as "fire")}` : ""}`),
    h(
      "p",
      {},
      h("strong", {}, where || (data.nearest?.name ?? "")),
      ` ${coordinate(data.lon, data.lat)} (WGS 84)`,
    ),
    h("p", {}, data.readings.map((one) => say(one, app.lang)).join(" · ")),
    h("p", {}, data.at ? t("asOf", { day: data.at }) : t("askedAt", { time: asked })),
    zone
      ? h(
          "p",
          {},
          `${t("worstZone")}：${zone.name} ${say(zone.word, app.lang)}；${say(zone.because, app.lang)}`,
        )
      : null,
  );
}

/** The sheet, made of the answer that is on screen. */
export function briefing(app: App, data: Around, picture: string | null): HTMLElement {
  const { lang } = app;
  const t = placeWords(lang);
  const { people, area_km2: area, people_source: source } = data.footprint;
  const peopleWords = people === null ? t("noPeople") : t("aboutN", { n: integer(people, lang) });
  const far = (one: { distance_m: number; direction: object }) =>
    `${km(one.distance_m, app)} ${say(one.direction as never, lang)}`;
  return h(
    "article",
    { class: "briefing", "data-testid": "briefing-sheet" },
    head(app, data, t),
    picture ? h("img", { src: picture, alt: app.say("map") }) : null,
    part(
      t("footprint"),
      h(
        "p",
        {},
        `${t(data.footprint.kind as "ring")} · ${peopleWords} · ${area.toFixed(2)} km² · ${say(source, lang)}`,
      ),
    ),
    part(
      t("whoFirst"),
      table(
        [],
        data.rescue.bases
          .slice(0, SHOWN.bases)
          .map((one) => [
            one.name,
            far(one),
            minutes(one, app),
            t("onScene", { time: clock(one.on_scene) }),
            say(one.shortfall ?? one.why, lang),
          ]),
      ),
    ),
    part(
      t("teams"),
      table(
        [],
        data.rescue.teams
          .filter((one) => one.shortfall === null)
          .slice(0, SHOWN.teams)
          .map((one) => [
            one.name,
            far(one),
            say(one.why, lang),
            one.people === null ? NONE : t("persons", { n: one.people }),
            one.phone ?? NONE,
          ]),
      ),
    ),
    part(
      `${t("whereTo")}：${shelterSum(app, data).head}`,
      table(
        [],
        data.shelters.items
          .slice(0, SHOWN.shelters)
          .map((one) => [
            one.name,
            far(one),
            say(one.why, lang),
            t("sum", { n: integer(one.sum_free, lang) }),
            one.phone ?? NONE,
          ]),
      ),
    ),
    part(
      t("worse"),
      rings(app, data),
      table(
        [],
        data.hazards.items
          .slice(0, SHOWN.hazards)
          .map((one) => [one.name, say(one.word, lang), far(one), hazardWords(one, t, app)]),
      ),
    ),
    data.targets.items.length > 0
      ? part(
          t("targets"),
          table(
            [],
            data.targets.items
              .slice(0, SHOWN.targets)
              .map((one) => [
                one.name,
                say(one.kind, lang),
                far(one),
                one.persons === null ? NONE : t("persons", { n: integer(one.persons, lang) }),
              ]),
          ),
        )
      : null,
    h(
      "footer",
      {},
      data.sources.some((one) => one.generated) ? h("strong", {}, `${t("generated")} `) : null,
      `${t("briefNote")} · ${t("dates")}：`,
      data.sources
        .map((one) => `${say(one.title, lang)} ${one.date ?? NONE} (${one.version.slice(0, 8)})`)
        .join("；"),
      h("br"),
      app.store.link(),
    ),
  );
}

/** The box round a footprint. */
function boxOf(geometry: Geometry): Bounds {
  const box: Bounds = [180, 90, -180, -90];
  const walk = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    const [lon, lat] = value as [unknown, unknown];
    if (typeof lon === "number" && typeof lat === "number") {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    } else for (const one of value) walk(one);
  };
  if ("coordinates" in geometry) walk(geometry.coordinates);
  return box;
}

/** Put the sheet into the page, where only the printer sees it, and open the browser's print window. */
export async function printBriefing(app: App, data: Around): Promise<void> {
  const picture =
    (await app.view?.picture(PICTURE_MS, boxOf(data.footprint.geometry), PICTURE_SHAPE)) ?? null;
  let host = document.getElementById("briefing");
  if (!host) {
    host = h("div", { id: "briefing" });
    document.body.append(host);
  }
  fill(host, briefing(app, data, picture));
  await host
    .querySelector("img")
    ?.decode()
    .catch(() => undefined);
  print();
}
