/** The parts of the answer about a place, as rows: why each is there, what is against it, sums that add up. */

import type { App } from "../app";
import { button, h } from "../dom";
import { age, clock, decimal, integer, NONE, say } from "../format";
import { gradeMark } from "../grade-mark";
import type { Text } from "../types";
import type {
  Around,
  Away,
  BaseAway,
  HazardNear,
  RingCount,
  ShelterAway,
  TargetNear,
  TeamAway,
} from "./types";
import { type PlaceSay, placeWords } from "./words";

const SHOWN = { bases: 3, teams: 3, shelters: 6, unfit: 3, hazards: 8, targets: 5 } as const;

export type Take = (away: Away) => void;

export function km(metres: number, app: App): string {
  return metres < 1000
    ? `${integer(metres, app.lang)} m`
    : `${decimal(metres / 1000, app.lang, metres < 10_000 ? 2 : 0)} km`;
}

/** Official names stay as they are; an English one is shown where the data has it, with the other beside it. */
export function nameOf(app: App, one: { name: string; name_en?: string | null }): string {
  return app.lang === "en" && one.name_en ? `${one.name_en} (${one.name})` : one.name;
}

function block(title: string, aside: string, ...rows: (HTMLElement | null)[]): HTMLElement {
  return h(
    "section",
    { class: "place-block" },
    h("div", { class: "block-head" }, h("h2", {}, title), h("span", { class: "parts" }, aside)),
    ...rows,
  );
}

function rowsOf(list: string, rows: HTMLElement[]): HTMLElement {
  return h("div", { class: "rows", "data-list": list }, ...rows);
}

/** Two lines: the name with its figure, below why it is there with how far it is. */
function row(
  app: App,
  take: Take,
  one: Away,
  figure: string,
  why: (string | Node)[],
  against: Text | null,
): HTMLElement {
  const far = `${km(one.distance_m, app)} ${say(one.direction, app.lang)}`;
  return button(
    { class: "place-row", "data-row": "", "data-key": one.key, "data-testid": "place-row" },
    () => take(one),
    h("span", { class: "name" }, nameOf(app, one)),
    h("span", { class: "figure strong" }, figure),
    h("span", { class: "sub" }, ...why, against && h("span", { class: "warn" }, say(against, app.lang))),
    h("span", { class: "figure" }, far),
  );
}

/** "15 + 24 = 39 分": rounded so that the parts add up. */
export function minutes(one: BaseAway, app: App): string {
  const start = Math.round(one.preparation_min);
  const total = Math.round(one.total_min);
  return `${start} + ${total - start} = ${total} ${app.say("minute")}`;
}

function join(...parts: (string | null | undefined | false)[]): string {
  return parts.filter(Boolean).join(" · ");
}

/** What to call a place: the two smallest areas it lies in, or the nearest one. */
export function placeTitle(app: App, data: Around): string {
  const t = placeWords(app.lang);
  const names = data.areas.map((one) => (app.lang === "en" && one.name_en) || one.name);
  if (names.length > 0) return names.slice(1).slice(-2).join(" ") || (names[0] ?? "");
  const near = data.nearest;
  if (!near) return "";
  const far = decimal(near.distance_m / 1000, app.lang, 1);
  return t("nearestCounty", { name: near.name, km: far, dir: say(near.direction, app.lang) });
}

/** The colour of each zone of a place, with its word. */
export function zoneChips(app: App, data: Around): HTMLElement {
  const chips = data.zones.map((zone) =>
    h(
      "span",
      { class: "sample", "data-testid": "zone-chip" },
      gradeMark(app, zone.grade).swatch,
      `${say(zone.word, app.lang)} · ${/^[A-Z0-9]+$/.test(zone.key) && zone.key === zone.name ? say(zone.title, app.lang) : nameOf(app, zone)}`,
    ),
  );
  return h("p", { class: "chips" }, ...chips);
}

export function zones(app: App, data: Around): HTMLElement | null {
  const t = placeWords(app.lang);
  const rows = data.zones.map((zone) => {
    const mark = gradeMark(app, zone.grade);
    return button(
      { class: "place-row zone-row", "data-testid": "zone-here", "data-layer": zone.layer, "data-row": "" },
      () => app.store.set({ item: { layer: zone.layer, key: zone.key } }),
      h("span", { class: "sample" }, mark.swatch, h("strong", {}, say(zone.word, app.lang))),
      h(
        "span",
        { class: "name" },
        nameOf(app, zone),
        zone.overridden && h("span", { class: "warn" }, ` ${t("byHand")}`),
      ),
      h("span", { class: "sub" }, join(say(zone.because, app.lang), zone.graded_on)),
    );
  });
  return rows.length > 0 ? block(t("zonesHere"), "", rowsOf("zones", rows)) : null;
}

export function people(app: App, data: Around): HTMLElement {
  const t = placeWords(app.lang);
  const { people: n, area_km2: area, people_source: source } = data.footprint;
  const figure = n === null ? t("noPeople") : t("aboutN", { n: integer(n, app.lang) });
  return h(
    "div",
    { class: "place-figure", "data-testid": "people-inside" },
    h("span", { class: "name" }, t("people")),
    h("span", { class: "figure strong" }, figure),
    h(
      "span",
      { class: "sub" },
      join(`${decimal(area, app.lang, area < 10 ? 2 : 0)} km²`, say(source, app.lang)),
    ),
  );
}

/** The worst zone that the footprint touches, wherever the place itself lies. */
export function worst(app: App, data: Around): HTMLElement | null {
  const zone = data.worst_zone;
  if (!zone) return null;
  const mark = gradeMark(app, zone.grade);
  return h(
    "div",
    { class: "place-figure", "data-testid": "worst-zone" },
    h("span", { class: "name" }, placeWords(app.lang)("worstZone")),
    h(
      "span",
      { class: "sample" },
      mark.swatch,
      h("strong", {}, `${say(zone.word, app.lang)} · ${nameOf(app, zone)}`),
    ),
  );
}

export function rescue(app: App, data: Around, take: Take): HTMLElement {
  const t = placeWords(app.lang);
  const { bases, landing, movers, teams, response_min: min, radius_km: radius } = data.rescue;
  const line = (one: BaseAway) =>
    row(
      app,
      take,
      one,
      minutes(one, app),
      [join(t("onScene", { time: clock(one.on_scene) }), say(one.why, app.lang)), " "],
      one.shortfall,
    );
  const team = (one: TeamAway) =>
    row(
      app,
      take,
      one,
      one.people === null ? "" : t("persons", { n: one.people }),
      [join(say(one.why, app.lang), one.phone), " "],
      one.shortfall,
    );
  const rest = bases.slice(SHOWN.bases);
  return block(
    t("whoFirst"),
    t("standard", { min, km: radius }),
    bases.length === 0 ? h("p", { class: "hint" }, t("noBases")) : null,
    rowsOf("bases", bases.slice(0, SHOWN.bases).map(line)),
    rest.length > 0
      ? h("details", {}, h("summary", {}, t("restOf", { n: rest.length })), rowsOf("bases", rest.map(line)))
      : null,
    teams.length > 0 ? h("h3", {}, t("teams")) : null,
    rowsOf("teams", teams.slice(0, SHOWN.teams).map(team)),
    teams.length > SHOWN.teams
      ? h(
          "details",
          {},
          h("summary", {}, t("restOf", { n: teams.length - SHOWN.teams })),
          rowsOf("teams", teams.slice(SHOWN.teams).map(team)),
        )
      : null,
    movers.length > 0 ? h("h3", {}, t("moversNear")) : null,
    ...movers.map((one) =>
      h(
        "div",
        { class: one.stale ? "row whole stale" : "row whole", "data-testid": "mover-near" },
        h("span", { class: "name" }, one.name),
        h("span", { class: one.stale ? "warn" : "sub" }, age(one.age_s * 1000, app.lang)),
        h("span", { class: "figure" }, `${km(one.distance_m, app)} ${say(one.direction, app.lang)}`),
      ),
    ),
    landing.length > 0 ? h("h3", {}, t("landing")) : null,
    rowsOf(
      "landing",
      landing.map((one) =>
        button(
          { class: "row", "data-row": "", "data-testid": "place-row", "data-key": one.key },
          () => take(one),
          h("span", { class: "name" }, nameOf(app, one)),
          h("span", { class: "figure" }, `${km(one.distance_m, app)} ${say(one.direction, app.lang)}`),
        ),
      ),
    ),
  );
}

/** The words that say whether there is room for all. */
export function shelterSum(app: App, data: Around): { head: string; bad: boolean } {
  const t = placeWords(app.lang);
  const { need, free, over, counted, searched_m: searched, enough_within_m: enough } = data.shelters;
  const beyond = over > 0 ? ` · ${t("over", { n: integer(over, app.lang) })}` : "";
  const within = decimal(searched / 1000, app.lang, 0);
  if (need === null)
    return {
      head: t("freeIn", { km: within, free: integer(free, app.lang), n: counted }) + beyond,
      bad: false,
    };
  const needed = t("need", { need: integer(need, app.lang) });
  if (enough === null)
    return {
      head: `${needed} · ${t("notEnough", { km: within, free: integer(free, app.lang) })}${beyond}`,
      bad: true,
    };
  return {
    head: `${needed} · ${t("enough", { km: decimal(enough / 1000, app.lang, 1) })}${beyond}`,
    bad: false,
  };
}

export function shelters(app: App, data: Around, take: Take): HTMLElement {
  const t = placeWords(app.lang);
  const { items, unfit, layer } = data.shelters;
  if (layer === null) return block(t("whereTo"), "", h("p", { class: "hint" }, t("noShelters")));
  const sum = shelterSum(app, data);
  const line = (one: ShelterAway) =>
    row(
      app,
      take,
      one,
      one.sum_free === null ? NONE : t("sum", { n: integer(one.sum_free, app.lang) }),
      [join(say(one.level, app.lang), say(one.why, app.lang), one.phone), " "],
      one.shortfall,
    );
  const rest = items.slice(SHOWN.shelters);
  return block(
    t("whereTo"),
    "",
    h("p", { class: sum.bad ? "sum bad" : "sum", "data-testid": "shelter-sum" }, sum.head),
    rowsOf("shelters", items.slice(0, SHOWN.shelters).map(line)),
    rest.length > 0
      ? h(
          "details",
          {},
          h("summary", {}, t("restOf", { n: rest.length })),
          rowsOf("shelters", rest.map(line)),
        )
      : null,
    unfit.length > 0
      ? h("details", {}, h("summary", {}, t("unfit")), rowsOf("unfit", unfit.slice(0, SHOWN.unfit).map(line)))
      : null,
  );
}

const ORDER = [1, 2, 3, 4, null] as const;

function ringRow(app: App, ring: RingCount): HTMLElement {
  const grades = ORDER.map((grade) => ring.grades.find((one) => one.grade === grade)?.count ?? 0);
  return h(
    "tr",
    { "data-testid": "ring-row", "data-within": ring.within_m },
    h("th", { scope: "row" }, km(ring.within_m, app)),
    h("td", {}, integer(ring.hazards, app.lang)),
    h("td", {}, grades.join("·")),
    h("td", {}, integer(ring.targets, app.lang)),
    h("td", {}, ring.people === null ? NONE : integer(ring.people, app.lang)),
  );
}

export function rings(app: App, data: Around): HTMLElement {
  const t = placeWords(app.lang);
  const heads = [t("within"), t("hazards"), t("gradesHead"), t("targetsHead"), t("peopleHead")];
  return h(
    "table",
    { class: "rings" },
    h("thead", {}, h("tr", {}, ...heads.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, ...data.rings.map((ring) => ringRow(app, ring))),
  );
}

/** What a hazard source is, in one line: grade in words, installation, substances, defects past their clock. */
export function hazardWords(one: HazardNear, t: PlaceSay, app: App): string {
  return join(
    say(one.kind, app.lang),
    one.gb18218_grade !== null && t("gbGrade", { n: one.gb18218_grade }),
    one.substances.map((each) => say(each, app.lang)).join("、"),
    one.overdue > 0 && t("overdue", { n: one.overdue }),
    one.in_footprint && t("inFoot"),
  );
}

/** A button for what the list leaves out; the counts above it are of all. */
function allOf(app: App, list: { found: number; items: unknown[] }, all: () => void): HTMLElement | null {
  if (list.found <= list.items.length) return null;
  const words = placeWords(app.lang)("listAll", { n: integer(list.found, app.lang) });
  return button({ class: "link", "data-testid": "list-all" }, all, words);
}

export function hazards(app: App, data: Around, take: Take, all: () => void): HTMLElement {
  const t = placeWords(app.lang);
  const { layer, total, items } = data.hazards;
  if (layer === null) return block(t("worse"), "", h("p", { class: "hint" }, t("noHazards")));
  const line = (one: HazardNear) => {
    const mark = gradeMark(app, one.grade, "dot");
    const sample = h("span", { class: "sample" }, mark.swatch, say(one.word, app.lang));
    const words = hazardWords(one, t, app);
    return row(app, take, one, "", [sample, words ? ` · ${words}` : ""], null);
  };
  const rest = items.slice(SHOWN.hazards);
  return block(
    t("worse"),
    t("hazardsIn", { n: integer(data.hazards.in_footprint, app.lang) }),
    rings(app, data),
    total === 0 ? h("p", { class: "hint" }, t("noneNear")) : null,
    rowsOf("hazards", items.slice(0, SHOWN.hazards).map(line)),
    rest.length > 0
      ? h("details", {}, h("summary", {}, t("restOf", { n: rest.length })), rowsOf("hazards", rest.map(line)))
      : null,
    allOf(app, data.hazards, all),
  );
}

export function targets(app: App, data: Around, take: Take, all: () => void): HTMLElement | null {
  const t = placeWords(app.lang);
  const { layer, items, in_footprint: inside, persons_in_footprint: persons } = data.targets;
  if (layer === null || items.length === 0) return null;
  const line = (one: TargetNear) =>
    row(
      app,
      take,
      one,
      one.persons === null ? NONE : t("persons", { n: integer(one.persons, app.lang) }),
      [join(say(one.kind, app.lang), one.in_footprint && t("inFoot"))],
      null,
    );
  const rest = items.slice(SHOWN.targets);
  return block(
    t("targets"),
    t("targetsIn", { n: inside, persons: integer(persons, app.lang) }),
    rowsOf("targets", items.slice(0, SHOWN.targets).map(line)),
    rest.length > 0
      ? h("details", {}, h("summary", {}, t("restOf", { n: rest.length })), rowsOf("targets", rest.map(line)))
      : null,
    allOf(app, data.targets, all),
  );
}

export function sources(app: App, data: Around): HTMLElement {
  const t = placeWords(app.lang);
  const dates = data.sources.map((one) => `${say(one.title, app.lang)} ${one.date ?? NONE}`);
  const missing = data.missing.map((one) => say(one, app.lang));
  return h(
    "p",
    { class: "hint source", "data-testid": "around-sources" },
    data.sources.some((one) => one.generated) && h("strong", { class: "demo" }, `${t("generated")} `),
    join(
      data.at ? t("asOf", { day: data.at }) : t("askedAt", { time: clock(data.asked_at) }),
      `${t("dates")}：${dates.join("；")}`,
      missing.length > 0 && t("missing", { names: missing.join("、") }),
    ),
  );
}
