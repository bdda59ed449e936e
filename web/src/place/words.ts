/** The words of search and of a place, Chinese first. */

import { fillIn } from "../i18n";
import type { Lang } from "../types";

const WORDS = {
  searchHint: [
    "坐标、企业、避灾点、乡镇、编号、拼音…",
    "Coordinates, firms, shelters, towns, codes, pinyin…",
  ],
  searchLabel: ["查找地点或对象", "Find a place or an object"],
  results: ["查找结果", "Results"],
  outside: ["不在本省", "outside the province"],
  perhaps: ["也可能是", "or perhaps"],
  aboutHits: ["没有完全相符的，读音或字形相近：", "No exact match; alike in sound or spelling:"],
  nothing: ["没有找到“{q}”", "Nothing found for “{q}”"],
  more: [
    "共 {n} 处，先列 {shown} 处；多打几个字可缩小范围",
    "{n} in all, the first {shown}; type more to narrow",
  ],
  matchpinyin: ["拼音", "pinyin"],
  matchsound: ["音近", "sounds like"],
  matchslip: ["形近", "one slip"],
  matchcode: ["编号", "code"],
  matchenglish: ["英文名", "English name"],
  what: ["灾种", "Hazard"],
  anyHazard: ["不限", "any"],
  chemical: ["危化品", "chemical"],
  fire: ["火灾", "fire"],
  flood: ["洪涝", "flood"],
  typhoon: ["台风", "typhoon"],
  geology: ["地质", "landslide"],
  earthquake: ["地震", "earthquake"],
  footprint: ["影响范围", "Footprint"],
  ring: ["环", "Ring"],
  wedge: ["隔离+下风", "Downwind"],
  drawn: ["手绘", "Drawn"],
  radius: ["半径 m", "Radius m"],
  isolation: ["隔离 m", "Isolation m"],
  downwind: ["下风 m", "Downwind m"],
  windFrom: ["风来向 °", "Wind from °"],
  wedgeHint: [
    "隔离与下风距离按物质查表填写；默认值未经确认",
    "Set the distances of the substance; the defaults are not confirmed",
  ],
  threeCorners: ["至少要三个顶点", "Three corners at least"],
  drawHint: [
    "在地图上点出各顶点，双击或回车结束，Esc 取消；空格取地图中心",
    "Click the corners; double click or Enter ends, Esc cancels; Space takes the centre",
  ],
  notThis: [
    "此处此范围尚未计算，以下为先前的结果",
    "Not computed for what is set; below is an earlier answer",
  ],
  worstZone: ["范围内最高", "Worst inside"],
  hazardsIn: ["范围内 {n} 处", "{n} inside"],
  people: ["影响人口", "People inside"],
  aboutN: ["约 {n} 人", "about {n}"],
  noPeople: ["没有人口数据", "no population data"],
  whoFirst: ["谁先到", "Who comes first"],
  standard: ["{min} 分、{km} km 以内", "within {min} min, {km} km"],
  moversNear: ["附近力量（最近一次定位）", "Near by now (last fix)"],
  movers: ["移动目标 {n}", "{n} movers"],
  moversStale: ["移动目标 {n}，其中 {old} 个定位已旧", "{n} movers, {old} with an old fix"],
  teams: ["地面队伍（直线距离）", "Ground teams (straight line)"],
  landing: ["最近起降点", "Nearest landing points"],
  noBases: ["没有载入航空救援基地", "no air bases are loaded"],
  listAll: ["列出全部 {n} 处", "list all {n}"],
  over: ["已超员 {n} 人", "over by {n}"],
  cut: ["只查了前六个词", "Only the first six words were looked for"],
  restOf: ["其余 {n} 处", "{n} more"],
  whereTo: ["往哪里安置", "Where people go"],
  need: ["需 {need}", "{need} needed"],
  enough: ["{km} km 内可安置", "room within {km} km"],
  notEnough: ["{km} km 内可用 {free}，不足", "{free} free within {km} km: not enough"],
  freeIn: ["{km} km 内可用 {free}（{n} 处）", "{free} free within {km} km ({n})"],
  sum: ["累计 {n}", "sum {n}"],
  unfit: ["较近但不可用", "Near, but no use"],
  noShelters: ["没有载入避灾安置场所", "no shelters are loaded"],
  worse: ["什么会使情况更糟", "What can make it worse"],
  within: ["范围", "Within"],
  hazards: ["危险源", "Hazards"],
  gradesHead: ["重大·较大·一般·低·未评", "major·high·mod.·low·none"],
  targetsHead: ["防护目标", "Targets"],
  peopleHead: ["人口", "People"],
  overdue: ["超期隐患 {n}", "{n} overdue defects"],
  gbGrade: ["{n} 级重大危险源", "major hazard grade {n}"],
  noHazards: ["没有载入危险源", "no hazard sources are loaded"],
  noneNear: ["5 km 内没有", "none within 5 km"],
  targets: ["防护目标", "Sensitive targets"],
  targetsIn: ["范围内 {n} 处，{persons} 人", "{n} inside, {persons} persons"],
  inFoot: ["在范围内", "inside"],
  persons: ["{n} 人", "{n} persons"],
  zonesHere: ["风险分区", "Risk zones here"],
  byHand: ["人工核定", "set by hand"],
  nearestCounty: [
    "不在本省陆域内；最近 {name} {km} km（{dir}）",
    "Not on the province's land; nearest {name}, {km} km {dir}",
  ],
  brief: ["简报", "Briefing"],
  copySummary: ["复制摘要", "Copy summary"],
  copied: ["摘要已复制", "Summary copied"],
  askedAt: ["查询于 {time}", "asked {time}"],
  asOf: ["数据为 {day} 的状态", "data as of {day}"],
  dates: ["数据日期", "Data dates"],
  missing: ["未载入：{names}", "Not loaded: {names}"],
  briefTitle: ["应急处置简报", "Emergency briefing"],
  briefNote: [
    "由系统按所列数据生成；距离为椭球面直线距离",
    "Made from the data named; distances are geodesic",
  ],
  generated: ["含演示数据（由程序生成，不可用于决策）", "Holds demo data (generated, not for decisions)"],
  onScene: ["{time} 到场", "on scene {time}"],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type PlaceWord = keyof typeof WORDS;
export type PlaceSay = (key: PlaceWord, values?: Record<string, string | number>) => string;

/** The words bound to one language. */
export function placeWords(lang: Lang): PlaceSay {
  return (key, values) => fillIn(WORDS[key][lang === "zh" ? 0 : 1], values);
}

/** The word for how a match was found; empty for a plain one. */
export function matchWord(say: PlaceSay, match: string): string {
  const key = `match${match}`;
  return key in WORDS ? say(key as PlaceWord) : "";
}
