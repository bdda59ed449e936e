/**
 * A date that is entered, in words beside its field. Browsers write the field in the language of the computer, not of the
 * page (`lang` changes nothing in Chromium): 12/11/2026 is a day in December there and in November here.
 */

import { h, text } from "./dom";
import type { Lang } from "./types";

const LOCALE: Record<Lang, string> = { zh: "zh-CN", en: "en-GB" };

/** "2026年11月29日星期日 09:30", "Sunday 29 November 2026 at 09:30"; empty for what is no date. */
export function inWords(value: string, lang: Lang): string {
  const hasTime = value.includes("T");
  const moment = Date.parse(hasTime ? `${value}:00+08:00` : `${value}T00:00:00+08:00`);
  if (Number.isNaN(moment)) return "";
  const day = { dateStyle: "full", timeZone: "Asia/Shanghai" } as const;
  const time = hasTime ? ({ timeStyle: "short", hourCycle: "h23" } as const) : {};
  return new Intl.DateTimeFormat(LOCALE[lang], { ...day, ...time }).format(moment);
}

/** The field with its words, which follow what is entered. */
export function withWords(input: HTMLInputElement, lang: Lang): HTMLElement {
  const words = h("span", { class: "date-words", "data-testid": "date-words", "aria-live": "polite" });
  const follow = () => text(words, inWords(input.value, lang));
  input.addEventListener("input", follow);
  follow();
  return h("span", { class: "dated" }, input, words);
}
