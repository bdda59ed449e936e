/** Before there is a load: where files are dropped, what they may be, and the record of earlier loads. */

import { type Child, h } from "../dom";
import { say } from "../format";
import { rememberedPerson } from "../person";
import { labelled, select } from "./controls";
import { size } from "./format";
import { personField } from "./person";
import type { LoadSession } from "./session";
import type { TargetList } from "./types";
import { type LoadSay, loadWords } from "./words";

/** Why files cannot be sent, in words; null when they can. The server judges what is in them. */
export function filesRefused(
  files: readonly { name: string; size: number }[],
  most: number | null,
  words: LoadSay,
  lang: "zh" | "en",
): string | null {
  if (files.length === 0) return words("noFile");
  const total = files.reduce((sum, one) => sum + one.size, 0);
  const [first] = files;
  if (first && total === 0) return words("emptyFile", { file: first.name });
  if (most !== null && first && total > most)
    return words("tooBig", { file: first.name, size: size(total, lang), most: size(most, lang) });
  return null;
}

export class StartView {
  /** The layer chosen before the file is read; empty: later. */
  layer = "";
  readonly #session: LoadSession;
  readonly #complaint = h("p", { class: "bad", role: "alert", "data-testid": "load-complaint" });

  constructor(session: LoadSession) {
    this.#session = session;
  }

  /** Send files, unless something about them is wrong that can be seen from here. */
  take(files: readonly File[]): void {
    const { lang } = this.#session.app;
    const most = this.#session.targets.value.data?.most_bytes ?? null;
    const refused = filesRefused(files, most, loadWords(lang), lang);
    this.#complaint.textContent = refused ?? "";
    if (refused) return;
    void this.#session.send(files, { layer: this.layer, person: rememberedPerson() });
  }

  draw(): Child[] {
    const session = this.#session;
    const { lang } = session.app;
    const words = loadWords(lang);
    const { data, error } = session.targets.value;
    const failure = error && !error.offline && h("p", { class: "bad" }, error.words(lang));
    return [
      this.#zone(data, words),
      this.#complaint,
      failure,
      data && data.targets.length > 0 && this.#layerField(data, words),
      personField(words),
    ];
  }

  #zone(data: TargetList | null, words: LoadSay): HTMLElement {
    const { lang } = this.#session.app;
    const input = h("input", {
      type: "file",
      multiple: true,
      class: "unseen",
      "data-testid": "load-files",
      "data-keep": "files",
    });
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      this.take(files);
    });
    return h(
      "label",
      { class: "load-drop", "data-testid": "load-drop" },
      input,
      h("strong", {}, words("dropTitle")),
      data && h("span", { class: "sub" }, words("dropFormats", { formats: data.formats.join(" · ") })),
      data && h("span", { class: "sub" }, words("dropHint", { most: size(data.most_bytes, lang) })),
    );
  }

  #layerField(data: TargetList, words: LoadSay): HTMLElement {
    const { lang } = this.#session.app;
    const choices = [
      { value: "", label: words("layerLater") },
      ...data.targets.map((one) => ({ value: one.id, label: say(one.title, lang) })),
    ];
    const attrs = { "aria-label": words("intoLayer"), "data-testid": "load-into", "data-keep": "into" };
    const pick = select(attrs, choices, this.layer, (value) => {
      this.layer = value;
    });
    return labelled(words("intoLayer"), pick);
  }
}
