/** Moments on the slider: whole minutes, written in Beijing time as the address holds them. */

import type { FeatureCollection } from "geojson";
import { clock, day } from "../format";
import type { Lang } from "../types";
import type { Change, Replay, StormSpan } from "./types";

export const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const USUAL_MS = 72 * HOUR;

/** A stretch of time; `open` ends at now, so that its end is no moment of the past. */
export type Span = { id: string; begins: number; ends: number; open: boolean };

/** "2026-11-29T01:45+08:00" */
export function written(moment: number): string {
  const date = new Date(moment);
  return `${day(date)}T${clock(date)}+08:00`;
}

/** "11-29 01:45" */
export function spoken(moment: string | number): string {
  const date = new Date(moment);
  return `${day(date).slice(5)} ${clock(date)}`;
}

export function lastHours(now: number): Span {
  const ends = Math.ceil(now / MINUTE) * MINUTE;
  return { id: "last", begins: ends - USUAL_MS, ends, open: true };
}

export function spanOf(storm: StormSpan): Span {
  return { id: storm.storm, begins: Date.parse(storm.begins), ends: Date.parse(storm.ends), open: false };
}

/** The span to show a moment in: the last hours, else the storm of the moment, else the hours around it. */
export function spanFor(moment: number | null, now: number, storms: readonly StormSpan[]): Span {
  const last = lastHours(now);
  if (moment === null || (moment >= last.begins && moment <= last.ends)) return last;
  const mine = storms.map(spanOf).find((one) => moment >= one.begins && moment <= one.ends);
  return mine ?? { id: "then", begins: moment - USUAL_MS / 2, ends: moment + USUAL_MS / 2, open: false };
}

/** The first whole minute at which a change is known, before or after a moment; null where there is none. */
export function nextChange(changes: readonly Change[], from: number, step: 1 | -1): number | null {
  const minutes = changes.map((one) => Math.ceil(Date.parse(one.at) / MINUTE) * MINUTE);
  const found = step > 0 ? minutes.find((one) => one > from) : minutes.findLast((one) => one < from);
  return found ?? null;
}

/** The moment to ask layers of: none while no version of then is kept. */
export function layersAt(t: string | null, replay: Replay | null): string | null {
  if (t === null || !replay?.layers_from) return null;
  return Date.parse(t) >= Date.parse(replay.layers_from) ? t : null;
}

/** What is known of the storms of a moment: name, strength, and how far winds reach to each side. */
export function stormWords(storms: FeatureCollection | null, lang: Lang): string {
  const eyes = (storms?.features ?? []).filter((one) => one.properties?.kind === "eye");
  const said = eyes.map(({ properties }) =>
    [properties?.[`label_${lang}`], properties?.[`reach_${lang}`]].filter(Boolean).join(" · "),
  );
  return said.join(lang === "zh" ? "；" : "; ");
}
