/** The rule of a coverage answer as sums and sentences. */

import { decimal } from "./format";
import { type Say, sayIn } from "./i18n";
import type { Coverage, Lang } from "./types";

type Rule = Coverage["rule"];

/** "45 分 = 15 + 30": response = preparation + flight. */
export function ruleSum(rule: Rule, lang: Lang): string {
  const { preparation_min: preparation, response_min: response } = rule;
  const flight = decimal(response - preparation, lang, 1);
  const unit = sayIn(lang)("minute");
  return lang === "zh"
    ? `${decimal(response, lang, 1)} ${unit} = ${decimal(preparation, lang, 1)} + ${flight}`
    : `${decimal(response, lang, 1)} = ${decimal(preparation, lang, 1)} + ${flight} ${unit}`;
}

/** Which of time and radius binds, in words with both figures. */
export function bindingWords(rule: Rule, say: Say, lang: Lang): string {
  const time = decimal(rule.time_reach_km, lang, 1);
  const radius = decimal(rule.radius_km, lang, 1);
  if (rule.radius_km === null) return say("bindsTimeOnly", { time });
  if (rule.binding === "both") return say("bindsBoth", { time });
  return say(rule.binding === "time" ? "bindsTime" : "bindsRadius", { time, radius });
}

/** The base whose loss costs the most people. */
export function worstLoss(coverage: Coverage): Coverage["bases"][number] | null {
  const known = coverage.bases.filter((one) => one.without_covered_people_share !== null);
  known.sort((a, b) => (a.without_covered_people_share ?? 0) - (b.without_covered_people_share ?? 0));
  return known[0] ?? null;
}
