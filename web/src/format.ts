/** Numbers, shares, dates and field values as words, in the language of the page. */

import type { Lang, PopupField, Text } from "./types";

const LOCALE: Record<Lang, string> = { zh: "zh-CN", en: "en-GB" };
export const NONE = "—";

/** A text in the wanted language, or in the other one when it is missing. */
export function say(text: Text | string | null | undefined, lang: Lang): string {
  if (text === null || text === undefined) return "";
  if (typeof text === "string") return text;
  return text[lang] ?? text.zh ?? text.en ?? "";
}

export function integer(value: number | null | undefined, lang: Lang): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: 0 }).format(value);
}

export function decimal(value: number | null | undefined, lang: Lang, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: digits }).format(value);
}

/** A share 0-1 as a percentage with one decimal: "80.6 %". */
export function percent(share: number | null | undefined, lang: Lang): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NONE;
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat(LOCALE[lang], one).format(share * 100)} %`;
}

/** The date part of an ISO date or time; anything else unchanged. */
export function date(text: string | null | undefined): string {
  if (!text) return NONE;
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text)) return day(text);
  return /^\d{4}-\d{2}-\d{2}/.test(text) ? text.slice(0, 10) : text;
}

/** The clock of the place that the map is about, whatever the computer is set to. */
const BEIJING = { timeZone: "Asia/Shanghai", hourCycle: "h23" } as const;

/** "00:34" in Beijing. */
export function clock(moment: string | Date): string {
  const parts = { ...BEIJING, hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("zh-CN", parts).format(new Date(moment));
}

/** "2026-11-29" in Beijing. */
export function day(moment: string | Date): string {
  const parts = { ...BEIJING, year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date(moment));
}

/** Latitude, longitude with five decimals (about one metre). */
export function coordinate(lon: number, lat: number): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** "15 + 30 = 45 分": the sum as a sum, rounded to whole minutes so that the parts add up. */
export function minutesSum(preparation: number, total: number, lang: Lang): string {
  const first = Math.round(preparation);
  const all = Math.round(total);
  return `${first} + ${all - first} = ${all} ${lang === "zh" ? "分" : "min"}`;
}

const UNITS: Record<string, Text> = {
  min: { zh: "分", en: "min" },
  persons: { zh: "人", en: "persons" },
  person: { zh: "人", en: "persons" },
  places: { zh: "人", en: "places" },
  分: { zh: "分", en: "min" },
  人: { zh: "人", en: "persons" },
  处: { zh: "处", en: "" },
  架: { zh: "架", en: "" },
};

export function unit(value: PopupField["unit"] | Text | undefined, lang: Lang): string {
  if (typeof value === "string") return say(UNITS[value] ?? value, lang);
  return say(value, lang);
}

const YES: Text = { zh: "是", en: "yes" };
const NO: Text = { zh: "否", en: "no" };

/** The value of a popup field; code lists are translated member by member (members are separated by `;`). */
export function fieldValue(field: PopupField, value: unknown, lang: Lang): string {
  if (value === null || value === undefined || value === "") return NONE;
  const words = field.values;
  if (words) {
    const parts = String(value)
      .split(";")
      .map((part) => say(words[part.trim()] ?? part, lang));
    return parts.join(lang === "zh" ? "、" : ", ");
  }
  if (field.format === "boolean" || typeof value === "boolean") return say(value === true ? YES : NO, lang);
  if (field.format === "date") return date(String(value));
  if (field.format === "instant" && !Number.isNaN(Date.parse(String(value))))
    return `${day(String(value))} ${clock(String(value))}`;
  if (field.format === "code" || typeof value !== "number") return String(value);
  return field.format === "integer" ? integer(value, lang) : decimal(value, lang);
}

/** A name cut to what a label has room for, an ellipsis behind it; a Chinese character counts as two letters. */
export function bounded(name: string, letters: number): string {
  let room = letters;
  let kept = "";
  for (const character of name) {
    room -= character > "\u2e7f" ? 2 : 1;
    if (room < 0) return `${kept.trimEnd()}…`;
    kept += character;
  }
  return name;
}

/** How long ago, in words; `ms` is a duration in milliseconds. */
export function age(ms: number, lang: Lang): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return lang === "zh" ? `${Math.max(0, Math.floor(ms / 1000))} 秒前` : "under a minute ago";
  if (minutes < 60) return lang === "zh" ? `${minutes} 分钟前` : `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return lang === "zh" ? `${hours} 小时前` : `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return lang === "zh" ? `${days} 天前` : `${days} days ago`;
}
