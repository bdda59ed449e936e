/** Setting a zone by hand, or taking that back: colour, reason, person, last day. The server has the last word. */

import { announce } from "./announce";
import { api } from "./api";
import type { App } from "./app";
import { withWords } from "./date-words";
import { fill, h } from "./dom";
import { asFailure } from "./fetchers";
import { isGraded } from "./filters";
import { say } from "./format";
import { rememberedPerson, rememberPerson } from "./person";
import type { Why } from "./risk-types";

export function overrideForm(app: App, why: Why): HTMLElement {
  const { say: t, lang } = app;
  const info = app.layer(why.layer);
  const classes = info?.legend && isGraded(info.legend) ? info.legend.classes : [];
  const grade = h("select", { name: "grade", required: true, "aria-label": say(info?.legend?.title, lang) });
  for (const one of classes)
    if (one.value !== null)
      grade.append(
        h("option", { value: String(one.value), selected: one.value === why.grade }, say(one.label, lang)),
      );
  const field = (name: string, type: string, label: string, value = "") => {
    const input = h("input", { name, type, required: true, value, maxlength: type === "text" ? 200 : null });
    const shown = type === "date" ? withWords(input, lang) : input;
    return { input, row: h("label", { class: "row" }, h("span", { class: "name" }, label), shown) };
  };
  const reason = field("reason", "text", t("byHandReason"));
  const person = field("person", "text", t("byHandPerson"), rememberedPerson());
  const until = field("until", "date", t("byHandLastDay"));
  const said = h("p", { class: "hint", role: "alert", "data-testid": "override-said" });
  const form = h(
    "form",
    { class: "override-form", "data-testid": "override-form" },
    h("label", { class: "row" }, h("span", { class: "name" }, say(info?.legend?.title, lang)), grade),
    reason.row,
    person.row,
    until.row,
    said,
    h("button", { type: "submit", class: "primary" }, t("byHandSave")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rememberPerson(person.input.value);
    const sent = {
      grade: Number(grade.value),
      reason: reason.input.value,
      person: person.input.value,
      until: until.input.value,
    };
    void done(app, said, () => api.override(why.layer, why.key, sent));
  });
  return h("details", { "data-testid": "override" }, h("summary", {}, t("byHandChange")), form);
}

/** Taking a decision back is a decision too: it asks who takes it. */
export function withdrawForm(app: App, why: Why): HTMLElement {
  const { say: t } = app;
  const said = h("p", { class: "hint", role: "alert", "data-testid": "withdraw-said" });
  const person = h("input", {
    name: "person",
    type: "text",
    required: true,
    maxlength: 100,
    value: rememberedPerson(),
    "data-testid": "withdraw-person",
  });
  const form = h(
    "form",
    { class: "override-form" },
    h("label", { class: "row" }, h("span", { class: "name" }, t("byHandPerson")), person),
    said,
    h("button", { type: "submit", class: "link", "data-testid": "withdraw" }, t("byHandWithdraw")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    rememberPerson(person.value);
    void done(app, said, async () => {
      const { overrides } = await api.overrides();
      const open = overrides.find((one) => one.holds && one.layer === why.layer && one.zone === why.key);
      if (open) await api.withdraw(open.id, person.value);
    });
  });
  return form;
}

async function done(app: App, said: HTMLElement, work: () => Promise<unknown>): Promise<void> {
  fill(said, app.say("computing"));
  try {
    await work();
    fill(said);
    announce(app.say("byHandDone"));
    await app.reload();
  } catch (error) {
    fill(said, asFailure(error).words(app.lang));
  }
}
