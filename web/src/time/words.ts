/** The words of going back in time, Chinese first. */

import { fillIn } from "../i18n";
import type { Lang } from "../types";

const WORDS = {
  time: ["时间", "Time"],
  now: ["现在", "now"],
  toNow: ["回到现在", "Back to now"],
  play: ["播放", "Play"],
  pause: ["暂停", "Pause"],
  span: ["时段", "Span"],
  lastHours: ["近 72 小时", "Last 72 hours"],
  aroundThen: ["所选时刻前后", "Around this moment"],
  past: ["地图为 {when} 的状态", "The map as it was known at {when}"],
  pastNote: ["覆盖范围按现在的基地计算，不能修改", "Reach is of the bases of now; nothing can be changed"],
  noMovers: ["移动目标此前无留存（{from}）", "no movers kept before {from}"],
  layersOfNow: ["图层为现有版本（最早留存 {from}）", "layers as they are now (none kept before {from})"],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type TimeWord = keyof typeof WORDS;

export function timeWords(lang: Lang): (key: TimeWord, values?: Record<string, string | number>) => string {
  return (key, values) => fillIn(WORDS[key][lang === "zh" ? 0 : 1], values);
}
