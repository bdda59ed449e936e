/** Why an object or a zone has its colour: sentence, rule, decision by hand, counts, members, what stands beside it. */

import { api, isAbort } from "./api";
import type { App } from "./app";
import { button, fill, h } from "./dom";
import { date, decimal, integer, NONE, say } from "./format";
import { gradeMark } from "./grade-mark";
import { overrideForm, withdrawForm } from "./override-form";
import type { Alpha, Member, Target, Why } from "./risk-types";

export class WhySection {
  readonly element = h("section", { class: "why", "data-testid": "item-why" });
  readonly #app: App;
  #abort = new AbortController();
  #shown: Why | null = null;

  constructor(app: App) {
    this.#app = app;
  }

  /** Ask for the reasons of an item; what was shown for it stays until they come. */
  async show(layer: string, key: string): Promise<void> {
    this.#abort.abort();
    const mine = new AbortController();
    this.#abort = mine;
    const same = this.#shown?.layer === layer && this.#shown.key === key;
    if (!same) fill(this.element, h("h2", {}, this.#app.say("why")), h("p", { class: "skeleton" }, "\u00a0"));
    try {
      this.#shown = await api.why(layer, key, this.#app.at, mine.signal);
      if (!mine.signal.aborted) this.#draw(this.#shown);
    } catch (error) {
      if (!isAbort(error)) fill(this.element);
    }
  }

  #draw(why: Why): void {
    const { say: t, lang } = this.#app;
    const loose = why.cutoffs.filter((one) => !one.confirmed).map((one) => `${one.id}@${one.version}`);
    const sentence = (lang === "en" && why.reason.en) || why.reason.zh;
    fill(
      this.element,
      h("h2", {}, t("why")),
      this.#byHand(why),
      sentence && h("p", { "data-testid": "why-sentence" }, sentence),
      why.rule &&
        h(
          "p",
          { class: "hint" },
          t("ruleIs", { rule: say(why.rule, lang) }),
          why.rule.confirmed ? null : h("span", { class: "tag" }, t("unconfirmedShort")),
        ),
      loose.length > 0 &&
        h(
          "p",
          { class: "hint unconfirmed", "data-testid": "why-unconfirmed" },
          t("unconfirmed", { sets: loose.join("、") }),
        ),
      why.alpha && this.#alpha(why.alpha),
      ...this.#members(why),
      ...this.#natural(why),
      ...this.#targets(why),
      why.rule && !this.#app.past && overrideForm(this.#app, why),
    );
  }

  #byHand(why: Why): HTMLElement | null {
    const { say: t } = this.#app;
    if (!why.override) return null;
    const { person, until, reason, worst } = why.override;
    const mark = gradeMark(this.#app, worst);
    return h(
      "div",
      { class: "by-hand", "data-testid": "why-override" },
      h(
        "p",
        {},
        h("strong", {}, t("byHand")),
        "：",
        t("byHandUntil", { person, until: date(until), reason }),
      ),
      h("p", { class: "hint" }, t("byHandWorst", { word: mark.words }), mark.swatch),
      !this.#app.past && withdrawForm(this.#app, why),
    );
  }

  #members(why: Why): HTMLElement[] {
    const { say: t, lang } = this.#app;
    if (!why.members) return [];
    const counts = why.counts.map((one) =>
      h(
        "span",
        { class: "count-of", title: say(one.label, lang) },
        gradeMark(this.#app, one.value).swatch,
        `${say(one.label, lang)} ${integer(one.count, lang)}`,
      ),
    );
    const { total, items } = why.members;
    const head = h("div", { class: "block-head" }, h("h2", {}, t("members", { n: integer(total, lang) })));
    if (items.length < total)
      head.append(h("span", { class: "col-head" }, t("membersShown", { n: items.length })));
    return [
      h("p", { class: "counts-of", "data-testid": "why-counts" }, ...counts),
      head,
      h("div", { "data-list": "members" }, ...items.map((one) => this.#member(one))),
    ];
  }

  #member(one: Member): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const go = () => store.set({ item: { layer: one.layer, key: one.key } });
    const facts = [
      one.gb18218_grade === null ? null : t("gradeN", { n: one.gb18218_grade }),
      one.method && `${one.method} · ${one.cutoffs ? `${one.cutoffs.id}@${one.cutoffs.version}` : NONE}`,
      date(one.assessed_on),
    ];
    const attrs = {
      class: "row two",
      "data-testid": "why-member",
      "data-row": "",
      title: say(one.reason, lang),
    };
    return button(
      attrs,
      go,
      h("span", { class: "name" }, one.name, h("span", { class: "sub" }, facts.filter(Boolean).join(" · "))),
      h("span", { class: "sample" }, gradeMark(this.#app, one.grade).swatch, say(one.word, lang)),
    );
  }

  #alpha(alpha: Alpha): HTMLElement {
    const { say: t, lang } = this.#app;
    const cells = (...values: (string | null)[]) => values.map((one) => h("td", {}, one ?? NONE));
    const grade = (n: number | null) => (n === null ? null : t("gradeN", { n }));
    const line = (name: string, ...values: (string | null)[]) =>
      h("tr", {}, h("th", { scope: "row" }, name), ...cells(...values));
    return h(
      "table",
      { class: "alpha", "data-testid": "why-alpha" },
      h("caption", {}, t("alphaHead")),
      h(
        "tr",
        {},
        h("th", {}),
        ...[t("declared"), t("byRaster")].map((one) => h("th", { scope: "col" }, one)),
      ),
      line(
        lang === "zh" ? "人数" : "Residents",
        integer(alpha.residents_500m, lang),
        integer(alpha.residents_raster, lang),
      ),
      line("α", decimal(alpha.alpha_declared, lang), decimal(alpha.alpha_raster, lang)),
      line("R", decimal(alpha.r_value, lang, 1), decimal(alpha.r_raster, lang, 1)),
      line("GB 18218", grade(alpha.gb18218_grade), grade(alpha.gb18218_grade_raster)),
      h(
        "tr",
        {},
        h("td", { colspan: 3, class: "hint" }, t(alpha.boundary === "plant" ? "fromPlant" : "fromPoint")),
      ),
    );
  }

  #natural(why: Why): HTMLElement[] {
    const { say: t, lang } = this.#app;
    if (why.natural.length === 0) return [];
    const rows = why.natural.map((one) =>
      h(
        "div",
        { class: "row" },
        h("span", { class: "name" }, say(one.kind, lang)),
        h(
          "span",
          { class: "parts" },
          t("naturalRow", { word: say(one.word, lang), level: one.level, n: one.zones }),
        ),
      ),
    );
    return [h("div", { class: "block-head" }, h("h2", {}, t("natural"))), ...rows];
  }

  #targets(why: Why): HTMLElement[] {
    const { say: t, lang } = this.#app;
    if (!why.targets) return [];
    const { items, exceeded, loaded } = why.targets;
    if (items.length === 0) return [h("p", { class: "hint" }, t(loaded ? "targetsNone" : "targetsUnknown"))];
    const head = t("targets", { n: integer(items.length, lang), bad: integer(exceeded, lang) });
    return [
      h("div", { class: "block-head" }, h("h2", {}, head)),
      ...items.slice(0, 30).map((one) => this.#target(one)),
    ];
  }

  #target(one: Target): HTMLElement {
    const { say: t, lang, store } = this.#app;
    const said = { kind: say(one.kind, lang), n: integer(one.persons, lang), allowed: one.allowed };
    return button(
      { class: "row two", "data-row": "", "data-testid": "why-target" },
      () => store.set({ item: { layer: one.layer, key: one.key } }),
      h("span", { class: "name" }, one.name, h("span", { class: "sub" }, t("targetRow", said))),
      one.exceeded && h("strong", { class: "warn" }, t("exceeded")),
    );
  }
}
