/** The bar that says how far the upload and then the server's work have come. */

import { h, setAttr, text } from "../dom";
import { integer } from "../format";
import { progressWords, shareDone, size } from "./format";
import type { LoadSession } from "./session";
import { loadWords } from "./words";

export class ProgressBar {
  readonly element = h("div", { class: "load-progress", hidden: true, "data-testid": "load-progress" });
  readonly #session: LoadSession;
  readonly #words = h("span", { class: "name" });
  readonly #figure = h("span", { class: "figure" });
  readonly #fill = h("div");
  readonly #bar = h(
    "div",
    { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    this.#fill,
  );
  readonly #spoken = h("p", { class: "unseen", "aria-live": "polite" });

  constructor(session: LoadSession) {
    this.#session = session;
    this.element.append(h("div", { class: "words" }, this.#words, this.#figure), this.#bar, this.#spoken);
  }

  update(): void {
    const { lang } = this.#session.app;
    const words = loadWords(lang);
    const sending = this.#session.sending.value;
    const load = this.#session.load.value.data;
    if (sending) {
      const share = sending.total > 0 ? Math.min(1, sending.done / sending.total) : null;
      const arrived = share !== null && share >= 1;
      const title = arrived ? words("uploadDone") : words("uploading", { file: sending.name });
      const figures = `${size(Math.min(sending.done, sending.total), lang)} / ${size(sending.total, lang)}`;
      this.#show(title, figures, arrived ? null : share);
      return;
    }
    if (load?.running || load?.state === "committing") {
      const { progress } = load;
      const title = progress ? progressWords(progress, lang) : words("working");
      this.#show(title, "", shareDone(progress));
      return;
    }
    this.element.hidden = true;
    text(this.#spoken, "");
  }

  #show(title: string, figures: string, share: number | null): void {
    const { lang } = this.#session.app;
    this.element.hidden = false;
    const percent = share === null ? null : Math.round(share * 100);
    text(this.#words, title);
    text(
      this.#figure,
      [figures, percent === null ? "" : `${integer(percent, lang)} %`].filter(Boolean).join(" · "),
    );
    // Only a new step is spoken; every figure would be noise.
    text(this.#spoken, title.replace(/[\d,]+( \/ [\d,]+)?/g, "").trim());
    setAttr(this.#bar, "aria-label", title);
    setAttr(this.#bar, "aria-valuenow", percent);
    this.#bar.classList.toggle("unknown", share === null);
    this.#fill.style.width = share === null ? "" : `${(share * 100).toFixed(1)}%`;
  }
}
