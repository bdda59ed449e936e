/** What a dispatcher knows later than the layer: readiness of a base, a shelter open and how many it holds. */

import { announce } from "../announce";
import { api } from "../api";
import type { App } from "../app";
import { button, fill, h } from "../dom";
import { asFailure } from "../fetchers";
import { clock, fieldValue, NONE, say } from "../format";
import { rememberedPerson, rememberPerson } from "../person";
import type { Item, LayerInfo, PopupField } from "../types";
import type { IncidentDesk } from "./desk";
import type { LiveLine } from "./types";
import { incidentWords } from "./words";

const SHOWN = 4;

export class LiveForm {
  readonly element = h("section", { class: "live-form", "data-testid": "live-form", hidden: true });
  readonly #app: App;
  readonly #desk: IncidentDesk;
  #shown = "";

  constructor(app: App, desk: IncidentDesk) {
    this.#app = app;
    this.#desk = desk;
  }

  /** Show the form for an object whose layer has fields that can be set. */
  async show(info: LayerInfo | undefined, item: Item | null): Promise<void> {
    const fields = info?.popup.filter((one) => one.live) ?? [];
    this.element.hidden = !item || fields.length === 0 || this.#app.past;
    const wanted = JSON.stringify([item?.layer, item?.key, item?.properties, this.#app.lang]);
    if (this.element.hidden || !item || wanted === this.#shown) return;
    this.#shown = wanted;
    try {
      const { changes } = await api.live(item.layer, item.key);
      if (wanted === this.#shown) this.#draw(fields, item, changes);
    } catch {
      this.element.hidden = true; // the bar on top says that the server is away
    }
  }

  #input(field: PopupField, value: unknown): HTMLInputElement | HTMLSelectElement {
    const attrs = {
      name: field.field,
      "aria-label": say(field.title, this.#app.lang),
      "data-testid": `live-${field.field}`,
    };
    if (!field.values)
      return h("input", { ...attrs, type: "number", min: 0, step: 1, value: String(value ?? "") });
    const select = h("select", attrs);
    for (const [code, words] of Object.entries(field.values))
      select.append(h("option", { value: code, selected: code === value }, say(words, this.#app.lang)));
    return select;
  }

  #draw(fields: PopupField[], item: Item, changes: LiveLine[]): void {
    const { lang } = this.#app;
    const t = incidentWords(lang);
    const inputs = fields.map((one) => [one, this.#input(one, item.properties[one.field])] as const);
    const name = h("input", {
      type: "text",
      maxlength: 100,
      value: rememberedPerson(),
      placeholder: t("person"),
      "aria-label": t("person"),
      "data-testid": "live-person",
    });
    const said = h("p", { class: "hint bad", role: "alert" });
    const form = h(
      "form",
      { class: "live-fields" },
      ...inputs.map(([one, input]) =>
        h("label", {}, h("span", { class: "sub" }, say(one.title, lang)), input),
      ),
      name,
      h("button", { type: "submit", class: "plain", "data-testid": "live-save" }, t("liveSave")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(
        inputs.map(([one, input]) => [
          one.field,
          one.values ? input.value : input.value === "" ? null : Number(input.value),
        ]),
      );
      const changed = Object.entries(values).filter(
        ([key, value]) => value !== (item.properties[key] ?? null),
      );
      void this.#save(item, Object.fromEntries(changed), name, said);
    });
    const lines = changes.slice(0, SHOWN).map((line) => this.#line(fields, line));
    fill(this.element, h("h2", {}, t("live")), form, said, h("ul", { class: "incident-log" }, ...lines));
  }

  async #save(
    item: Item,
    values: Record<string, unknown>,
    name: HTMLInputElement,
    said: HTMLElement,
  ): Promise<void> {
    const t = incidentWords(this.#app.lang);
    const who = name.value.trim();
    if (!who) {
      fill(said, t("needName"));
      name.focus();
      return;
    }
    rememberPerson(who);
    if (Object.keys(values).length === 0) return;
    try {
      const { changes } = await api.setLive(item.layer, item.key, { values, person: who });
      for (const line of changes.slice(0, Object.keys(values).length))
        this.#desk.did(() => api.undoLive(line.id, { person: who }));
      fill(said);
      announce(t("saved"), true);
    } catch (error) {
      fill(said, asFailure(error).words(this.#app.lang));
    }
  }

  #line(fields: PopupField[], line: LiveLine): HTMLElement {
    const { lang } = this.#app;
    const t = incidentWords(lang);
    const field = fields.find((one) => one.field === line.field);
    const show = (value: unknown) => (field && value !== null ? fieldValue(field, value, lang) : NONE);
    const words = { field: say(field?.title, lang), before: show(line.before), value: show(line.value) };
    const undo = () =>
      void api
        .undoLive(line.id, { person: rememberedPerson() || line.person })
        .catch((error: unknown) => announce(asFailure(error).words(lang), true));
    return h(
      "li",
      {},
      h("span", { class: "sub" }, `${clock(line.at)} ${line.person}`),
      h("span", { class: line.undone_at ? "undone" : "" }, t("liveLine", words)),
      line.undone_by
        ? h("span", { class: "sub" }, t("undone", { person: line.undone_by }))
        : button({ class: "link", "data-testid": "live-undo" }, undo, t("undo")),
    );
  }
}
