/** Saved profiles: those that fit the columns of the file, to be applied; and this one, to be kept under a name. */

import { announce } from "../announce";
import { button, h } from "../dom";
import { asFailure } from "../fetchers";
import { rememberedPerson } from "../person";
import { loadsApi } from "./client";
import { fold, labelled, select } from "./controls";
import { moment } from "./format";
import { profileToSave } from "./profile";
import type { SavedProfile } from "./types";
import type { View } from "./view";

export class ProfilesView {
  #profiles: SavedProfile[] = [];
  #of = "";
  #failure = "";
  readonly #redraw: () => void;

  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  get mark(): unknown {
    return [this.#failure, this.#profiles.map((one) => [one.name, one.version])];
  }

  /** Fetch the profiles of the load's layer, once for each layer and set of columns. */
  want(view: View): void {
    const { load, table } = view;
    const columns = table?.columns.map((one) => one.name) ?? [];
    const of = JSON.stringify([load.layer, columns]);
    if (load.layer === null || of === this.#of) return;
    this.#of = of;
    void this.#fetch(load.layer, columns);
  }

  async #fetch(layer: string, columns: string[]): Promise<void> {
    const of = this.#of;
    try {
      const { profiles } = await loadsApi.profiles(layer, columns);
      if (of === this.#of) this.#profiles = profiles;
    } catch {
      if (of === this.#of) this.#profiles = []; // the wizard goes on without them
    }
    this.#redraw();
  }

  /** A choice among the saved profiles; nothing where there are none. */
  apply(view: View): HTMLElement | null {
    const { say: words } = view;
    if (this.#profiles.length === 0) return null;
    const choices = [
      { value: "", label: words("profileChoose"), disabled: true },
      ...this.#profiles.map((one) => ({
        value: one.name,
        label: [`${one.name}（${one.version}）`, moment(one.saved_at), one.saved_by]
          .filter(Boolean)
          .join(" · "),
      })),
    ];
    const attrs = {
      "aria-label": words("profileApply"),
      "data-testid": "profile-apply",
      "data-keep": "profile-apply",
      disabled: !view.editable,
    };
    return labelled(
      words("profileApply"),
      select(attrs, choices, "", (name) => void this.#take(view, name)),
    );
  }

  async #take(view: View, name: string): Promise<void> {
    const found = this.#profiles.find((one) => one.name === name);
    if (!found) return;
    const { table: _table, ...body } = found.body;
    const done = await view.session.patch(view.load.tables.length > 1 ? found.body : body);
    if (done) announce(view.say("profileApplied", { name }), true);
  }

  saveAs(view: View): HTMLElement {
    const { say: words } = view;
    const input = h("input", {
      type: "text",
      maxlength: 80,
      placeholder: words("profileName"),
      "aria-label": words("profileName"),
      "data-testid": "profile-name",
      "data-keep": "profile-name",
    });
    const send = () => void this.#save(view, input.value.trim());
    const save = button({ class: "load-button small", "data-testid": "profile-save" }, send, words("save"));
    input.addEventListener("keydown", (event) => event.key === "Enter" && send());
    return fold(
      "load-profile",
      words("profileSave"),
      h("div", { class: "load-line" }, input, save),
      this.#failure && h("p", { class: "bad" }, this.#failure),
    );
  }

  async #save(view: View, name: string): Promise<void> {
    const { load, table, say: words } = view;
    if (!name || load.layer === null) return;
    const body = {
      layer: load.layer,
      columns: table?.columns.map((one) => one.name) ?? [],
      body: profileToSave(load),
      saved_by: rememberedPerson(),
    };
    try {
      const saved = await loadsApi.saveProfile(name, body);
      this.#failure = "";
      announce(words("profileSaved", { name: saved.name, version: saved.version }), true);
      await this.#fetch(load.layer, body.columns);
    } catch (error) {
      this.#failure = asFailure(error).words(view.lang);
      this.#redraw();
    }
  }
}
