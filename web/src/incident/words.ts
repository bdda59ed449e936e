/** The words of incidents and live values, Chinese first. */

import { fillIn } from "../i18n";
import type { Lang } from "../types";

const WORDS = {
  incidents: ["事件", "Incidents"],
  incidentsN: ["事件 {n}", "Incidents {n}"],
  none: [
    "没有进行中的事件。先在地图上选定地点，再按 N 登记。",
    "No open incidents. Choose a place on the map and press N.",
  ],
  make: ["登记事件", "Put on record"],
  makeHint: ["先选定地点（点击地图或在上方输入）", "Choose a place first (click the map or type above)"],
  title: ["事由", "What happened"],
  time: ["发生时间", "When"],
  person: ["姓名", "Name"],
  save: ["登记", "Save"],
  open: ["进行中", "open"],
  closed: ["已结束", "closed"],
  close: ["结束事件", "Close"],
  reopen: ["重新打开", "Open again"],
  saveHere: ["改为当前地点的灾种与范围", "Take the hazard and footprint on screen"],
  log: ["记录", "Log"],
  addLine: ["补记一条…", "Add a line…"],
  add: ["记录", "Add"],
  opened: ["登记", "put on record"],
  changed: ["修改", "changed"],
  closedBy: ["结束", "closed"],
  reopened: ["重新打开", "opened again"],
  note: ["记录", "noted"],
  fieldtitle: ["事由", "title"],
  fieldhazard: ["灾种", "hazard"],
  fieldfootprint: ["影响范围", "footprint"],
  fieldhappened_at: ["时间", "time"],
  seen: ["登记时约 {n} 人在范围内", "about {n} people inside at the time"],
  past: ["已结束 {n} 起", "{n} closed"],
  warning_drafted: ["起草预警", "drafted a warning"],
  warning_changed: ["修改预警", "changed the warning"],
  warning_approved: ["批准预警", "approved the warning"],
  warning: ["预警", "Warning"],
  warningHint: [
    "本系统不发送：批准后复制文字或下载 CAP 1.2 文件，交发布系统。须由另一人批准，此前一律标为演练。",
    "Nothing is sent from here: once approved, copy the text or take the CAP 1.2 file to the system that issues it. A second person approves; until then it is marked as an exercise.",
  ],
  warningColour: ["预警级别", "Level"],
  colourred: ["红色", "red"],
  colourorange: ["橙色", "orange"],
  colouryellow: ["黄色", "yellow"],
  colourblue: ["蓝色", "blue"],
  warningDraft: ["起草预警", "Draft a warning"],
  warningExercise: ["演练（未批准），{person} 起草", "exercise (not approved), written by {person}"],
  warningActual: ["已由 {person} 批准，{at}", "approved by {person}, {at}"],
  warningheadline: ["标题", "Headline"],
  warningdescription: ["内容", "Text"],
  warninginstruction: ["防御指引", "Advice"],
  warningApprove: ["批准（须另一人）", "Approve (second person)"],
  warningUnsaved: [
    "有改动未保存；先保存，再由另一人批准",
    "Save the changes first; then somebody else approves",
  ],
  warningCopy: ["复制文字", "Copy the text"],
  warningCap: ["CAP 文件", "CAP file"],
  warningCopied: ["预警文字已复制", "Text copied"],
  warningMark: ["【演练，未经批准】", "[EXERCISE, NOT APPROVED]"],
  warningNone: ["先登记事件，再起草预警", "Put an incident on record first"],
  untitled: ["未写事由", "untitled"],
  live: ["现场状态", "State now"],
  liveSave: ["保存", "Save"],
  liveLine: ["{field}：{before} → {value}", "{field}: {before} → {value}"],
  undo: ["撤销", "Undo"],
  undone: ["已由 {person} 撤销", "undone by {person}"],
  undoNothing: ["没有可撤销的操作", "Nothing to undo"],
  saved: ["已保存", "Saved"],
  needName: ["请先写姓名", "A name is needed"],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type IncidentWord = keyof typeof WORDS;
export type IncidentSay = (key: IncidentWord, values?: Record<string, string | number>) => string;

export function incidentWords(lang: Lang): IncidentSay {
  return (key, values) => fillIn(WORDS[key][lang === "zh" ? 0 : 1], values);
}
