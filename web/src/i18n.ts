/** The words of the interface. Chinese first; both languages stand side by side so that none is forgotten. */

import type { Lang } from "./types";

const WORDS = {
  searchHint: ["坐标，如 29.87, 121.55（WGS 84）", "Coordinate, e.g. 29.87, 121.55 (WGS 84)"],
  searchLabel: ["按坐标查找地点", "Find a place by coordinate"],
  readLatLon: ["读作 纬度 {lat}，经度 {lon}", "Read as latitude {lat}, longitude {lon}"],
  readGuess: ["（按先纬后经）", " (latitude first assumed)"],
  notCoordinate: [
    "目前只认十进制坐标，例如 29.87, 121.55；先后顺序不限",
    "Only decimal coordinates for now, e.g. 29.87, 121.55, in either order",
  ],
  outside: ["不在数据范围内", "Outside the data"],
  enterToGo: ["回车前往", "Enter to go"],
  place: ["地点", "Place"],
  inView: ["当前视野", "In view"],
  total: ["总数", "Total"],
  layers: ["图层", "Layers"],
  layersCount: ["对象数", "Objects"],
  emptyLayer: ["无数据", "empty"],
  emptyLayerHint: ["还没有装入数据：riskmap etl run", "No data loaded yet: riskmap etl run"],
  noLayers: ["没有图层。先装入数据：riskmap etl run", "No layers. Load data first: riskmap etl run"],
  noneOn: ["所有图层都已关闭。勾选左侧图层即可显示。", "All layers are off. Tick a layer to show it."],
  hiddenClass: ["已隐藏", "hidden"],
  onlyHere: ["{layer}：{label}，视野内 {n}", "{layer}: {label}, {n} in view"],
  coverage: ["航空救援覆盖", "Air rescue reach"],
  coverageDraw: ["在地图上显示覆盖", "Show coverage on the map"],
  covLand: ["陆域", "Land"],
  covPeople: ["人口", "People"],
  covTwice: ["双重覆盖（人口）", "Covered twice (people)"],
  covLoss: ["失去{name}后（人口）", "Without {name} (people)"],
  covDetails: ["基地、参数与缺口", "Bases, settings, gaps"],
  settings: ["参数", "Settings"],
  prep: ["准备", "Preparation"],
  resp: ["响应", "Response"],
  speed: ["航速", "Speed"],
  radius: ["半径", "Radius"],
  noRadius: ["不限半径", "No radius limit"],
  ownValue: ["按基地", "per base"],
  minute: ["分", "min"],
  ownHint: ["留空则按各基地", "Empty: each base's own"],
  reset: ["恢复默认", "Reset"],
  rule: ["规则", "Rule"],
  bindsTime: [
    "时间先到：{time} km 小于半径 {radius} km",
    "Time binds: {time} km is less than the radius of {radius} km",
  ],
  bindsRadius: [
    "半径先到：{radius} km 小于时间可达 {time} km",
    "Radius binds: {radius} km is less than {time} km by time",
  ],
  bindsBoth: ["时间与半径相同：{time} km", "Time and radius agree: {time} km"],
  bindsTimeOnly: ["只按时间：{time} km", "By time alone: {time} km"],
  bindsRadiusOnly: ["只按半径：{radius} km", "By radius alone: {radius} km"],
  bases: ["基地", "Bases"],
  all: ["全选", "All"],
  lossHead: ["失去后（人口）", "If lost (people)"],
  main: ["主基地", "main base"],
  noBases: ["没有基地数据，无法计算覆盖。", "No bases loaded, so there is no coverage to compute."],
  pickBase: ["至少选择一个基地。", "Choose at least one base."],
  gaps: ["覆盖缺口", "Gaps"],
  gapsCount: ["{n} 个县（市、区） · {people} 人", "{n} counties · {people} people"],
  noGaps: ["全部覆盖，没有缺口。", "Everything is reached, no gaps."],
  gapPeople: ["{people} 人 · {share} 面积", "{people} people · {share} of land"],
  computing: ["正在计算…", "Computing…"],
  covered: ["已覆盖", "covered"],
  of: ["共", "of"],
  errorBound: ["误差不超过", "Error at most"],
  area: ["面积", "area"],
  result: ["详情", "Details"],
  why: ["为什么是这个颜色", "Why this colour"],
  here: ["此处", "Here"],
  alsoHere: ["此处还有", "Also here"],
  valuesHere: ["此处数值", "Values here"],
  source: ["来源", "Source"],
  sourceDate: ["数据日期", "Data date"],
  owner: ["责任单位", "Owner"],
  licence: ["许可", "Licence"],
  version: ["版本", "Version"],
  loadedAt: ["装入", "Loaded"],
  generated: ["演示数据", "Demo data"],
  generatedLong: ["由程序生成，不可用于决策", "Generated, not for decisions"],
  noValue: ["此处无数据", "No data here"],
  nothingHere: [
    "此处没有已显示图层的对象。可在左侧打开更多图层。",
    "No object of a visible layer here. More layers can be switched on.",
  ],
  pickHint: ["点击地图上的对象查看详情", "Click an object on the map for details"],
  sources: ["数据来源与版本", "Data sources and versions"],
  dataDates: ["数据 {from} – {to}", "Data {from} – {to}"],
  dataDate: ["数据 {from}", "Data {from}"],
  noDates: ["数据日期未知", "Data dates unknown"],
  close: ["关闭", "Close"],
  copyLink: ["复制链接", "Copy link"],
  linkCopied: ["链接已复制", "Link copied"],
  linkFailed: ["浏览器不允许复制，请从地址栏复制", "The browser refused; copy it from the address bar"],
  keys: ["快捷键", "Keys"],
  keySearch: ["到搜索框", "Go to the search box"],
  keyBack: ["返回、关闭", "Back, close"],
  keyWalk: ["在列表中移动，地图随之移动", "Walk a list; the map follows"],
  keyHelp: ["显示或关闭快捷键", "Show or hide the keys"],
  keyLink: ["复制链接", "Copy the link"],
  keyLoad: ["载入文件", "Load a file"],
  keyMap: ["焦点在地图上时：平移、缩放", "With the map focused: pan, zoom"],
  dayTheme: ["日间", "Day"],
  nightTheme: ["夜间", "Night"],
  toDay: ["切换到日间配色", "Switch to day colours"],
  toNight: ["切换到夜间配色", "Switch to night colours"],
  toOther: ["EN", "中文"],
  toOtherLabel: ["Switch to English", "切换为中文"],
  online: ["已连接", "Connected"],
  disconnected: ["连接中断", "Offline"],
  offline: [
    "连接中断，正在自动重连。所示数据获取于{age}。",
    "Connection lost, reconnecting. What is shown was fetched {age}.",
  ],
  offlineFirst: ["连不上服务器，正在自动重连。", "The server cannot be reached, reconnecting."],
  back: ["已恢复连接", "Connected again"],
  retry: ["重试", "Retry"],
  error: ["出错了", "Something went wrong"],
  code: ["代码", "Code"],
  loading: ["正在读取…", "Loading…"],
  map: ["地图", "Map"],
  zoomIn: ["放大", "Zoom in"],
  zoomOut: ["缩小", "Zoom out"],
  fullView: ["全省", "Whole area"],
  sheetLower: ["收起面板", "Lower the panel"],
  sheetRaise: ["展开面板", "Raise the panel"],
  tabLayers: ["图层", "Layers"],
  tabCoverage: ["覆盖", "Coverage"],
  tabResult: ["详情", "Details"],
  skip: ["跳到地图", "Skip to the map"],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type Word = keyof typeof WORDS;

/** A text with its `{name}` places filled in. */
export function fillIn(template: string, values: Record<string, string | number> = {}): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The word in a language, with `{name}` places filled in. */
export function word(key: Word, lang: Lang, values: Record<string, string | number> = {}): string {
  return fillIn(WORDS[key][lang === "zh" ? 0 : 1], values);
}

/** The words bound to one language. */
export type Say = (key: Word, values?: Record<string, string | number>) => string;

export function sayIn(lang: Lang): Say {
  return (key, values) => word(key, lang, values);
}
