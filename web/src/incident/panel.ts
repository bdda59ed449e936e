/** The right side for incidents: the chosen one with its log, a form for a new one, the list. */

import { announce } from "../announce";
import type { App } from "../app";
import { withWords } from "../date-words";
import { button, fill, h, text } from "../dom";
import { asFailure } from "../fetchers";
import { clock, coordinate, day, integer } from "../format";
import { rememberedPerson, rememberPerson } from "../person";
import { footBody } from "../place/foot";
import { placeWords } from "../place/words";
import type { IncidentDesk } from "./desk";
import type { Incident, IncidentHead, LogLine } from "./types";
import { WarningSection } from "./warning";
import { type IncidentSay, type IncidentWord, incidentWords } from "./words";

export class IncidentPanel {
  readonly element = h("div", { class: "incident-panel", "data-testid": "incident-panel" });
  readonly #app: App;
  readonly #desk: IncidentDesk;
  readonly #chosen = h("section", { "data-testid": "incident" });
  readonly #form = h("section", { class: "place-block" });
  readonly #list = h("section", { class: "place-block" });
  readonly #warnings: WarningSection;
  readonly #place: () => [number, number] | null;
  readonly #head = h("header", {});
  readonly #lines = h("ol", { class: "incident-log", "data-testid": "incident-log" });
  #turn = h("button");
  #builtFor = "";
  #formFor = "";

  constructor(app: App, desk: IncidentDesk, place: () => [number, number] | null) {
    this.#app = app;
    this.#desk = desk;
    this.#place = place;
    this.#warnings = new WarningSection(app, desk);
    this.element.append(h("h1", {}), this.#chosen, this.#warnings.element, this.#form, this.#list);
    desk.list.subscribe(() => this.#drawList());
    desk.chosen.subscribe(() => {
      this.#drawChosen();
      this.#drawForm();
    });
    app.item.subscribe(() => this.#drawForm());
    app.store.subscribe((state, before) => {
      if (state.lang !== before.lang) this.draw();
      else this.#drawForm();
    });
    this.draw();
  }

  draw(): void {
    this.#formFor = "";
    const head = this.element.querySelector("h1");
    if (head) head.textContent = this.#say("incidents");
    this.#drawChosen();
    this.#drawForm();
    this.#drawList();
  }

  /** Put the cursor into the form of a new incident. */
  begin(): void {
    this.#app.store.set({ panel: "incidents", inc: null });
    this.#form.querySelector("input")?.focus();
  }

  /** Go to the warning of the chosen incident, else of the newest open one. */
  warn(): void {
    const open = this.#desk.list.value.find((one) => one.status === "open");
    const inc = this.#app.store.state.inc ?? open?.id ?? null;
    if (inc === null) {
      announce(this.#say("warningNone"), true);
      return;
    }
    this.#app.store.set({ panel: "incidents", inc });
    this.#warnings.focus();
  }

  get #say(): IncidentSay {
    return incidentWords(this.#app.lang);
  }

  /** Do something that is signed with a name, and say what went wrong. */
  async #signed(
    name: HTMLInputElement,
    said: HTMLElement,
    work: (who: string) => Promise<void>,
  ): Promise<void> {
    const who = name.value.trim();
    if (!who) {
      fill(said, this.#say("needName"));
      name.focus();
      return;
    }
    rememberPerson(who);
    try {
      await work(who);
      fill(said);
    } catch (error) {
      fill(said, asFailure(error).words(this.#app.lang));
    }
  }

  #name(): HTMLInputElement {
    return h("input", {
      type: "text",
      maxlength: 100,
      autocomplete: "name",
      value: rememberedPerson(),
      placeholder: this.#say("person"),
      "aria-label": this.#say("person"),
      "data-testid": "incident-person",
    });
  }

  #drawForm(): void {
    const place = this.#place();
    const kept = this.#form.querySelector<HTMLInputElement>('[data-testid="incident-title"]')?.value ?? "";
    const chosen = this.#desk.chosen.value !== null;
    const wanted = JSON.stringify([place, this.#app.lang, chosen]);
    if (wanted === this.#formFor) return;
    this.#formFor = wanted;
    const t = this.#say;
    if (!place) {
      fill(this.#form, h("p", { class: "hint" }, t("makeHint")));
      return;
    }
    const title = h("input", {
      type: "text",
      maxlength: 200,
      placeholder: t("title"),
      "aria-label": t("title"),
      "data-testid": "incident-title",
      value: kept,
    });
    const time = h("input", { type: "datetime-local", "aria-label": t("time"), title: t("time") });
    const name = this.#name();
    const said = h("p", { class: "hint bad", role: "alert" });
    const save = h("button", { type: "submit", class: "primary", "data-testid": "incident-save" }, t("save"));
    const form = h(
      "form",
      { class: "incident-form" },
      h("h2", {}, t("make")),
      h("p", { class: "sub" }, coordinate(...place)),
      title,
      withWords(time, this.#app.lang),
      name,
      said,
      save,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const at = time.value ? `${time.value}:00+08:00` : null;
      void this.#signed(name, said, async (who) => {
        await this.#desk.make(title.value.trim(), at, who, place);
        title.value = "";
        announce(t("saved"), true);
      });
    });
    // While one is open, a second form right below it would invite to enter it twice.
    fill(this.#form, chosen ? h("details", {}, h("summary", {}, t("make")), form) : form);
  }

  /** What is typed stays when somebody else writes into the log: only head, buttons and lines are drawn anew. */
  #drawChosen(): void {
    const one = this.#desk.chosen.value;
    const lang = this.#app.lang;
    if (!one) {
      this.#builtFor = "";
      fill(this.#chosen);
      return;
    }
    if (this.#builtFor !== `${one.id} ${lang}`) this.#build();
    this.#builtFor = `${one.id} ${lang}`;
    const t = this.#say;
    fill(this.#head, ...this.#headOf(one));
    text(this.#turn, t(one.status === "open" ? "close" : "reopen"));
    fill(this.#lines, ...one.log.map((line) => this.#line(line)));
  }

  #build(): void {
    const t = this.#say;
    const name = this.#name();
    const said = h("p", { class: "hint bad", role: "alert" });
    const words = h("input", {
      type: "text",
      maxlength: 2000,
      placeholder: t("addLine"),
      "aria-label": t("addLine"),
      "data-testid": "incident-note",
    });
    const form = h(
      "form",
      { class: "incident-form" },
      words,
      name,
      h("button", { type: "submit", class: "plain", "data-testid": "incident-add" }, t("add")),
    );
    const now = (work: (one: Incident, who: string) => Promise<void>) => () => {
      const one = this.#desk.chosen.value;
      if (one) void this.#signed(name, said, (who) => work(one, who));
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const line = words.value.trim();
      if (!line) return;
      now(async (one, who) => {
        await this.#desk.note(one, line, who);
        words.value = "";
      })();
    });
    const turn = now((one, who) =>
      this.#desk.change(one, { status: one.status === "open" ? "closed" : "open" }, who),
    );
    const take = now((one, who) => {
      const { hazard, foot } = this.#app.store.state;
      return this.#desk.change(one, { hazard, footprint: footBody(foot) }, who);
    });
    this.#turn = button({ class: "plain", "data-testid": "incident-turn" }, turn);
    fill(
      this.#chosen,
      this.#head,
      h(
        "div",
        { class: "place-actions" },
        this.#turn,
        button({ class: "plain", "data-testid": "incident-take" }, take, t("saveHere")),
      ),
      said,
      h("h2", {}, t("log")),
      this.#lines,
      form,
    );
  }

  #headOf(one: Incident): HTMLElement[] {
    const t = this.#say;
    const kind = one.hazard ? placeWords(this.#app.lang)(one.hazard as "fire") : "";
    return [
      h("h2", { class: "incident-title" }, `${one.number} ${one.title || t("untitled")}`),
      h(
        "p",
        { class: "sub" },
        [
          t(one.status),
          kind,
          `${day(one.happened_at)} ${clock(one.happened_at)}`,
          coordinate(one.lon, one.lat),
        ]
          .filter(Boolean)
          .join(" · "),
      ),
    ];
  }

  #line(line: LogLine): HTMLElement {
    const t = this.#say;
    const people = line.action === "opened" ? line.detail.people : null;
    const seen = typeof people === "number" ? t("seen", { n: integer(people, this.#app.lang) }) : "";
    const before = Object.keys((line.detail.before ?? {}) as object).filter((one) => one !== "status");
    const fields = before.map((one) => t(`field${one}` as IncidentWord)).join("、");
    const what = t(line.action === "closed" ? "closedBy" : line.action) + (fields ? ` ${fields}` : "");
    return h(
      "li",
      {},
      h("span", { class: "sub" }, `${clock(line.at)} ${line.person} ${what}`),
      h("span", {}, [line.text, seen].filter(Boolean).join(" · ")),
    );
  }

  #drawList(): void {
    const t = this.#say;
    const all = this.#desk.list.value;
    const open = all.filter((one) => one.status === "open");
    const closed = all.filter((one) => one.status === "closed");
    const row = (one: IncidentHead) =>
      button(
        { class: "place-row", "data-row": "", "data-testid": "incident-row", "data-id": one.id },
        () => this.#desk.open(one.id),
        h("span", { class: "name" }, one.title || t("untitled")),
        h("span", { class: "figure" }, `${day(one.happened_at).slice(5)} ${clock(one.happened_at)}`),
        h("span", { class: "sub" }, `${one.number} · ${one.created_by}`),
        h("span", { class: "figure" }, t(one.status)),
      );
    fill(
      this.#list,
      open.length === 0 ? h("p", { class: "hint" }, t("none")) : null,
      h("div", { "data-list": "incidents" }, ...open.map(row)),
      closed.length > 0
        ? h("details", {}, h("summary", {}, t("past", { n: closed.length })), ...closed.map(row))
        : null,
    );
  }
}
