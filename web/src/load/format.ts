/** Sizes, times and values of the wizard as words. */

import { clock, day, decimal, integer, NONE, say } from "../format";
import type { Lang } from "../types";
import type { LoadAnswer, Progress, Target, TargetField } from "./types";
import { codeWord, type LoadSay } from "./words";

/** Bytes as B, kB, MB or GB (powers of 1,000). */
export function size(bytes: number, lang: Lang): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${decimal(value, lang, value < 10 && at > 0 ? 1 : 0)} ${units[at]}`;
}

/** Beijing's date and time to the minute. */
export function moment(iso: string | null): string {
  if (!iso) return NONE;
  return Number.isNaN(Date.parse(iso)) ? iso : `${day(iso)} ${clock(iso)}`;
}

/** A value of any type as a person reads it; codes of the field's list become their words. */
export function valueWords(
  value: unknown,
  field: TargetField | undefined,
  say_: LoadSay,
  lang: Lang,
): string {
  if (value === null || value === undefined || value === "") return say_("emptyValue");
  if (typeof value === "boolean") return lang === "zh" ? (value ? "是" : "否") : value ? "yes" : "no";
  if (field?.choices) {
    const { choices } = field;
    const words = String(value)
      .split(";")
      .map((one) => say(choices[one.trim()] ?? one, lang));
    return words.join(lang === "zh" ? "、" : ", ");
  }
  if (typeof value === "number") return decimal(value, lang, 6);
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function fieldTitle(target: Target | null, field: string, say_: LoadSay, lang: Lang): string {
  if (field === "geometry" || field === "geom") return say_("geometry");
  const found = target?.fields.find((one) => one.name === field);
  return found ? say(found.title, lang) : field;
}

/** The share of a step that is done, 0 to 1; null where the end is not known. */
export function shareDone(progress: Progress | null): number | null {
  if (!progress?.total) return null;
  return Math.max(0, Math.min(1, progress.done / progress.total));
}

/** "核对 120,000 / 1,000,000": a step with its figures. */
export function progressWords(progress: Progress, lang: Lang): string {
  const figures =
    progress.total === null
      ? progress.done > 0
        ? integer(progress.done, lang)
        : ""
      : `${integer(progress.done, lang)} / ${integer(progress.total, lang)}`;
  return [say(progress.step, lang), figures].filter(Boolean).join(" ");
}

/** What has become of a load, in a word or two. */
export function stateWords(load: LoadAnswer, say_: LoadSay): string {
  if (load.state === "received" && !load.running) return say_("statestaged");
  return codeWord(say_, "state", load.state);
}

export function countsWords(load: LoadAnswer, lang: Lang): string {
  const { new: fresh, changed, gone } = load.counts;
  const removes = load.profile.mode === "sync" || load.profile.mode === "replace" || load.kind === "rollback";
  const parts = [`+${integer(fresh, lang)}`, `~${integer(changed, lang)}`];
  if (removes) parts.push(`−${integer(gone, lang)}`);
  return parts.join("  ");
}
