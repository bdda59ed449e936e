/** What changed colour: since a day that is chosen, else at the last change. One row per object, worst first. */

import { api } from "./api";
import type { App } from "./app";
import { button, h } from "./dom";
import { asFailure } from "./fetchers";
import { integer } from "./format";
import { gradeMark } from "./grade-mark";
import type { ChangedObject, ChangeList } from "./risk-types";

const SHOWN_OF_LAST = 3;

export async function changesSection(app: App, layer: string): Promise<HTMLElement> {
  const { say: t, lang, store } = app;
  const { at, since } = store.state;
  try {
    const found = since === null ? await lastChange(layer, at) : await api.changes(layer, since, at);
    if (!found) return h("p", { class: "hint", "data-testid": "changes" }, t("changedNone"));
    const n = integer(found.total, lang);
    const said =
      since === null
        ? t("changed", { n, day: day(found.after_at) })
        : t("changedSince", { since, until: at ?? t("now"), n });
    const objects = since === null ? found.objects.slice(0, SHOWN_OF_LAST) : found.objects;
    return h(
      "div",
      { "data-testid": "changes" },
      h("p", { class: "hint", "data-testid": "changes-said" }, said),
      since !== null && counts(app, found),
      h("div", { "data-list": "changes" }, ...objects.map((one) => row(app, layer, one))),
    );
  } catch (error) {
    return h("p", { class: "hint past", "data-testid": "changes" }, asFailure(error).words(lang));
  }
}

/** The change that led to what is shown, null where there is one version only. */
async function lastChange(layer: string, at: string | null): Promise<ChangeList | null> {
  const { versions } = await api.versions(layer);
  const shown = versions.filter((one) => at === null || day(one.at) <= at);
  const [now, before] = shown;
  return now && before ? api.changes(layer, before.version, now.version) : null;
}

/** The day of a time where the map is used. */
function day(time: string): string {
  return new Date(time).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
}

function counts(app: App, found: ChangeList): HTMLElement {
  const words = found.counts.map((one) =>
    h(
      "span",
      { class: "count-of" },
      ...step(app, one.what, one.before, one.after),
      ` ${integer(one.count, app.lang)}`,
    ),
  );
  return h("p", { class: "counts-of", "data-testid": "changes-counts" }, ...words);
}

function row(app: App, layer: string, one: ChangedObject): HTMLElement {
  return button(
    { class: "row two", "data-row": "", "data-testid": "changed-row" },
    () => app.store.set({ panel: null, item: { layer, key: one.key } }),
    h("span", { class: "name" }, one.name ?? one.key),
    h("span", { class: "count-of" }, ...step(app, one.what, one.before, one.after)),
  );
}

/** From one colour to another, with words: what was not there before, or is gone, says so. */
function step(app: App, what: string, before: unknown, after: unknown): (Element | string)[] {
  const mark = (grade: unknown) => {
    const { swatch, words } = gradeMark(app, grade as number | null);
    return [swatch, words];
  };
  if (what === "new") return [app.say("changeNew"), " ", ...mark(after)];
  if (what === "gone") return [...mark(before), " ", app.say("changeGone")];
  return [...mark(before), " → ", ...mark(after)];
}
