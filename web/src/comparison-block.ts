/** Plan A beside what is on screen: land gained and lost, shares of both, the counties that change most. */

import type { App } from "./app";
import { h } from "./dom";
import { integer, percent } from "./format";
import type { Word } from "./i18n";
import { swatch } from "./patterns";
import { tokens } from "./theme";
import type { Comparison } from "./types";

const COUNTIES = 6;

/** `stale`: the layout has changed since, and the answer to it is awaited. */
export function comparisonBlock(found: Comparison, stale: boolean, app: App): HTMLElement {
  const { say, lang } = app;
  const row = (...cells: readonly [cls: string, words: string][]) =>
    h("div", { class: "row figure-row" }, ...cells.map(([cls, words]) => h("span", { class: cls }, words)));
  const line = (name: string, from: number | null, to: number | null) =>
    row(["name", name], ["parts", percent(from, lang)], ["figure strong", percent(to, lang)]);
  const sign = (pattern: string, word: Word, km2: number) =>
    h(
      "div",
      { class: "row figure-row" },
      swatch({ colour: tokens().paper, pattern, symbol: "" }, tokens()),
      h("span", { class: "name" }, say(word)),
      h("span", { class: "figure" }, `${integer(km2, lang)} km²`),
    );
  const unit = found.unit === "persons" ? say("persons") : "km²";
  const counties = found.counties
    .slice(0, COUNTIES)
    .map((one) =>
      row(
        ["name", (lang === "en" && one.name_en) || one.name],
        ["figure", `+${integer(one.gained, lang)} −${integer(one.lost, lang)}`],
      ),
    );
  return h(
    "div",
    {
      class: stale ? "comparison stale" : "comparison",
      "data-testid": "plan-comparison",
      "aria-busy": String(stale),
    },
    row(["name", ""], ["col-head parts", say("planA")], ["col-head figure", say("planNow")]),
    line(say("covLand"), found.covered_share_a, found.covered_share_b),
    line(say("covPeople"), found.covered_people_share_a, found.covered_people_share_b),
    sign("dots", "gained", found.gained_km2),
    sign("cross", "lost", found.lost_km2),
    counties.length > 0 &&
      row(["col-head name", say("countyHead")], ["col-head figure", say("changeHead", { unit })]),
    ...counties,
  );
}
