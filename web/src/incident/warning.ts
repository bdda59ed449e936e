/** Warnings of the chosen incident: a draft, its words, the approval by a second person; text and CAP to take along. */

import { announce } from "../announce";
import { api } from "../api";
import type { App } from "../app";
import { button, fill, h } from "../dom";
import { asFailure } from "../fetchers";
import { clock, day } from "../format";
import { copyText } from "../keyboard";
import { rememberedPerson, rememberPerson } from "../person";
import type { IncidentDesk } from "./desk";
import type { Warning, WarningColour, WarningText } from "./types";
import { type IncidentSay, type IncidentWord, incidentWords } from "./words";

const COLOURS: readonly WarningColour[] = ["red", "orange", "yellow", "blue"];
const PARTS = ["headline", "description", "instruction"] as const;

/** The whole warning as it is read out or pasted. */
export function plainText(one: Warning, suffix: "" | "_en"): string {
  return PARTS.map((part) => one.texts[`${part}${suffix}` as WarningText]).join("\n");
}

export class WarningSection {
  readonly element = h("section", { class: "warnings", "data-testid": "warnings", hidden: true });
  readonly #app: App;
  readonly #desk: IncidentDesk;
  readonly #name: HTMLInputElement;
  readonly #said = h("p", { class: "hint bad", role: "alert", "data-testid": "warning-said" });
  #found: readonly Warning[] = [];
  #shownFor = "";
  #wanted = false;

  constructor(app: App, desk: IncidentDesk) {
    this.#app = app;
    this.#desk = desk;
    this.#name = h("input", { type: "text", maxlength: 100, "data-testid": "warning-person" });
    desk.chosen.subscribe(() => void this.#fetch());
    app.store.subscribe((state, before) => state.lang !== before.lang && this.#draw());
  }

  /** Go to the draft, or to the button that makes one. */
  focus(): void {
    this.#wanted = this.#shownFor === "";
    if (this.#wanted) return; // it is on its way
    this.element.scrollIntoView({ block: "start" });
    const first = this.element.querySelector<HTMLElement>("textarea:not([readonly]), select, button");
    first?.focus();
  }

  get #say(): IncidentSay {
    return incidentWords(this.#app.lang);
  }

  async #fetch(): Promise<void> {
    const one = this.#desk.chosen.value;
    this.element.hidden = one === null || this.#app.past;
    if (!one || this.#app.past) {
      this.#shownFor = "";
      return;
    }
    try {
      const { warnings } = await api.warnings(one.id);
      if (this.#desk.chosen.value?.id !== one.id) return;
      // What is being typed stays when only the log has grown.
      const shown = JSON.stringify([one.id, one.rev, one.status, warnings.map((w) => [w.id, w.rev])]);
      if (shown === this.#shownFor) return;
      this.#shownFor = shown;
      this.#found = warnings;
      this.#draw();
      if (this.#wanted) this.focus();
    } catch {
      // The bar on top says that the server is away; what is shown stays.
    }
  }

  async #signed(work: (who: string) => Promise<unknown>): Promise<void> {
    const who = this.#name.value.trim();
    if (!who) {
      fill(this.#said, this.#say("needName"));
      this.#name.focus();
      return;
    }
    rememberPerson(who);
    try {
      await work(who);
      fill(this.#said);
    } catch (error) {
      fill(this.#said, asFailure(error).words(this.#app.lang));
    }
    await this.#fetch();
  }

  #draw(): void {
    const one = this.#desk.chosen.value;
    if (!one) return;
    const t = this.#say;
    const [newest, ...older] = this.#found;
    const open = newest && newest.approved_at === null ? newest : null;
    if (!this.#name.value) this.#name.value = rememberedPerson();
    this.#name.placeholder = t("person");
    this.#name.setAttribute("aria-label", t("person"));
    fill(
      this.element,
      h("h2", {}, t("warning")),
      h("p", { class: "hint" }, t("warningHint")),
      newest ? this.#warning(newest) : null,
      h("div", { class: "place-actions" }, this.#name, open ? null : this.#maker(one.id)),
      this.#said,
      ...older.filter((each) => each.approved_at !== null).map((each) => this.#line(each)),
    );
  }

  #maker(incident: number): HTMLElement {
    const t = this.#say;
    const select = h("select", { "aria-label": t("warningColour"), "data-testid": "warning-colour" });
    for (const colour of COLOURS)
      select.append(h("option", { value: colour, selected: colour === "orange" }, t(`colour${colour}`)));
    const make = () =>
      void this.#signed((person) =>
        api.draftWarning(incident, { person, colour: select.value as WarningColour }),
      );
    return h(
      "span",
      { class: "warning-make" },
      select,
      button({ class: "plain", "data-testid": "warning-draft", title: "W" }, make, t("warningDraft")),
    );
  }

  #state(one: Warning): string {
    const t = this.#say;
    const colour = t(`colour${one.colour}` as IncidentWord);
    const at = one.approved_at;
    const state =
      at === null
        ? t("warningExercise", { person: one.written_by })
        : t("warningActual", { person: one.approved_by ?? "", at: `${day(at)} ${clock(at)}` });
    return `${colour} · ${state}`;
  }

  #warning(one: Warning): HTMLElement {
    const t = this.#say;
    const suffix = this.#app.lang === "en" ? "_en" : "";
    const locked = one.approved_at !== null;
    const fields = PARTS.map((part) => {
      const name = `${part}${suffix}` as WarningText;
      const field = h("textarea", {
        rows: part === "headline" ? 2 : 4,
        maxlength: part === "headline" ? 200 : 2000,
        readonly: locked,
        "aria-label": t(`warning${part}`),
        "data-testid": `warning-${part}`,
      });
      field.value = one.texts[name];
      return [name, field] as const;
    });
    const save = async (person: string): Promise<Warning> => {
      const words = Object.fromEntries(
        fields.filter(([name, field]) => field.value !== one.texts[name]).map(([name, f]) => [name, f.value]),
      );
      if (Object.keys(words).length === 0) return one;
      return api.rewriteWarning(one.id, { ...words, person, rev: one.rev });
    };
    const approve = () => {
      // What is approved is what was read: words that were typed meanwhile are a change of their own.
      if (fields.some(([name, field]) => field.value !== one.texts[name])) {
        fill(this.#said, t("warningUnsaved"));
        return;
      }
      void this.#signed((person) => api.approveWarning(one.id, { person, rev: one.rev }));
    };
    return h(
      "div",
      { class: "warning", "data-testid": "warning", "data-status": one.status },
      h("p", { class: locked ? "sum" : "sum bad", "data-testid": "warning-state" }, this.#state(one)),
      h("p", { class: "sub" }, one.identifier),
      ...fields.map(([, field]) => field),
      locked
        ? null
        : h(
            "div",
            { class: "place-actions" },
            button(
              { class: "plain", "data-testid": "warning-save" },
              () => void this.#signed(save),
              t("liveSave"),
            ),
            button({ class: "plain", "data-testid": "warning-approve" }, approve, t("warningApprove")),
          ),
      this.#take(one),
    );
  }

  #take(one: Warning): HTMLElement {
    const t = this.#say;
    const suffix = this.#app.lang === "en" ? "_en" : "";
    const copy = async () => {
      const mark = one.approved_at === null ? `${t("warningMark")}\n` : "";
      const done = await copyText(mark + plainText(one, suffix));
      announce(done ? t("warningCopied") : this.#app.say("linkFailed"), true);
    };
    return h(
      "div",
      { class: "place-actions" },
      button({ class: "plain", "data-testid": "warning-copy" }, () => void copy(), t("warningCopy")),
      h(
        "a",
        { class: "link", href: api.warningFile(one.id), download: "", "data-testid": "warning-cap" },
        t("warningCap"),
      ),
    );
  }

  #line(one: Warning): HTMLElement {
    return h(
      "p",
      { class: "sub" },
      `${one.texts.headline} · ${this.#state(one)} `,
      h("a", { class: "link", href: api.warningFile(one.id), download: "" }, this.#say("warningCap")),
    );
  }
}
