/** The load wizard: one panel beside the map that leads from a dropped file to served data, and back. */

import type { App } from "../app";
import { button, type Child, debounce, h, setAttr, text } from "../dom";
import { checkView } from "./check-view";
import { CrsView } from "./crs-view";
import { doneView } from "./done-view";
import { boundsOf, settled } from "./drawing";
import { watchDrops } from "./drop";
import { FieldsView } from "./fields-view";
import { fileView } from "./file-view";
import { keepFocus } from "./focus";
import { footer } from "./footer";
import { HistoryView } from "./history-view";
import { drawNotes } from "./notes";
import { Part } from "./part";
import { ProfilesView } from "./profiles-view";
import { ProgressBar } from "./progress-bar";
import { rail } from "./rail";
import { LoadSession, NEW } from "./session";
import { StartView } from "./start-view";
import { questionsAt, reached, type Step, stepFor, stepsOf } from "./steps";
import type { LoadAnswer } from "./types";
import { type View, viewOf } from "./view";
import { loadWords } from "./words";

export class LoadWizard {
  readonly element: HTMLElement;
  readonly #app: App;
  readonly #session: LoadSession;
  readonly #start: StartView;
  readonly #history: HistoryView;
  readonly #crs = new CrsView();
  readonly #profiles: ProfilesView;
  readonly #fields: FieldsView;
  readonly #progress: ProgressBar;
  readonly #title = h("h1", { id: "load-title", tabindex: -1 });
  readonly #mapSwitch: HTMLButtonElement;
  readonly #close: HTMLButtonElement;
  readonly #rail = new Part({ class: "load-rail-box" });
  readonly #notes = new Part({ class: "load-notes" });
  readonly #body = new Part({ class: "load-body", tabindex: -1, "data-testid": "load-body" });
  readonly #foot = new Part({ class: "load-foot" });
  #step: Step = "file";
  #wanted = "";
  #opener: HTMLElement | null = null;
  readonly #update = debounce(() => this.#draw(), 0);
  readonly #fit = debounce(() => this.#look(), 150);

  constructor(app: App) {
    this.#app = app;
    this.#session = new LoadSession(app);
    this.#start = new StartView(this.#session);
    this.#history = new HistoryView(this.#session, () => this.#update());
    this.#profiles = new ProfilesView(() => this.#update());
    this.#fields = new FieldsView(this.#profiles, () => this.#update());
    this.#progress = new ProgressBar(this.#session);
    this.#mapSwitch = button({ class: "load-button small load-map-switch" }, () => this.#showMap(!this.#low));
    this.#close = button({ class: "close", "data-testid": "load-close" }, () => this.#leave(), "×");
    const veil = watchDrops(
      () => loadWords(app.lang)("dropHere"),
      (files) => this.#dropped(files),
    );
    const head = h("div", { class: "load-head" }, this.#title, this.#mapSwitch, this.#close);
    const panel = h(
      "section",
      { class: "load-panel", role: "dialog", "aria-labelledby": "load-title", "data-testid": "load-panel" },
      head,
      this.#rail.element,
      this.#progress.element,
      this.#notes.element,
      this.#body.element,
      this.#foot.element,
    );
    this.element = panel;
    document.body.append(veil);
    keepFocus(panel);
    this.#listen();
    this.#turn(app.store.state.load !== null);
  }

  #listen(): void {
    const { store, catalogue, drawing } = this.#app;
    const { load, targets, preview, faults, sending, busy, failure, note } = this.#session;
    for (const one of [load, targets, preview, faults, busy, failure, note])
      one.subscribe(() => this.#update());
    // A file that was refused is on record too.
    failure.subscribe((now) => now && this.#app.store.state.load === NEW && void this.#history.fetch());
    sending.subscribe((now) => (now && now.done < now.total ? this.#progress.update() : this.#update()));
    catalogue.subscribe(() => this.#update());
    drawing.subscribe(() => this.#fit());
    store.subscribe((state, before) => {
      if ((state.load === null) !== (before.load === null)) this.#turn(state.load !== null);
      if (state.load !== before.load || state.lang !== before.lang) this.#update();
      if (state.load === NEW && before.load !== NEW) void this.#history.fetch();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      this.#leave();
    });
  }

  /** Open or close the panel. */
  #turn(isOpen_: boolean): void {
    setAttr(this.element, "hidden", !isOpen_);
    if (isOpen_) {
      this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      this.#wanted = "";
      this.#draw();
      this.#title.focus({ preventScroll: true });
      if (this.#app.store.state.load === NEW) void this.#history.fetch();
      return;
    }
    this.#app.drawing.value = null;
    this.#showMap(false);
    const back = this.#opener?.isConnected
      ? this.#opener
      : document.querySelector<HTMLElement>('[data-testid="load-open"]');
    back?.focus({ preventScroll: true });
  }

  #leave(): void {
    this.#app.store.set({ load: null });
  }

  #dropped(files: File[]): void {
    if (this.#session.sending.value) return;
    if (this.#app.store.state.load !== NEW) this.#app.store.set({ load: NEW });
    this.#start.take(files);
  }

  get #low(): boolean {
    return this.element.dataset.height === "half";
  }

  /** On a phone: lower the panel so that the map is seen above it. */
  #showMap(low: boolean): void {
    this.element.dataset.height = low ? "half" : "full";
    text(this.#mapSwitch, loadWords(this.#app.lang)(low ? "hideMap" : "showMap"));
    if (low) this.#fit();
  }

  /** Move to the step that needs the person, when that has changed. What was just answered stays in sight. */
  #follow(load: LoadAnswer): void {
    const wanted = stepFor(load);
    const open = reached(load);
    const isNew = !this.#wanted.startsWith(`${load.id}/`);
    if (isNew) this.#step = load.running ? "file" : wanted;
    // While the server checks anew, the person stays where the answer was given.
    if (load.running && !isNew) return;
    const isKept = open.includes(this.#step);
    if (!isKept) this.#step = open[0] ?? stepsOf(load)[0] ?? "file";
    const before = this.#wanted.split("/")[1];
    if (this.#wanted === `${load.id}/${wanted}` && isKept) return;
    this.#wanted = `${load.id}/${wanted}`;
    // The layer and the table leave nothing to look at; every other answer does.
    const isSeen = this.#step !== "file" || before !== "file";
    const stays =
      !isNew && isKept && isSeen && wanted !== "done" && questionsAt(load, this.#step).length === 0;
    if (!stays) this.#go(wanted);
  }

  #go(step: Step): void {
    if (step === this.#step) return;
    this.#step = step;
    this.#body.element.scrollTop = 0;
    this.#draw();
    if (!this.element.contains(document.activeElement)) this.#body.element.focus({ preventScroll: true });
  }

  #draw(): void {
    const { store, lang } = this.#app;
    if (store.state.load === null) return;
    const words = loadWords(lang);
    const load = this.#session.load.value.data;
    text(this.#title, words("load"));
    setAttr(this.#close, "aria-label", words("close"));
    text(this.#mapSwitch, words(this.#low ? "hideMap" : "showMap"));
    this.#progress.update();
    drawNotes(this.#notes, this.#session);
    if (load && store.state.load !== NEW) {
      this.#follow(load);
      this.#drawLoad(load);
    } else this.#drawStart();
    setAttr(this.element, "aria-busy", this.#session.busy.value);
  }

  #drawStart(): void {
    const { lang, drawing } = this.#app;
    const words = loadWords(lang);
    const { load, targets, sending } = this.#session;
    drawing.value = null;
    this.#rail.draw(null, () => []);
    const isNew = this.#app.store.state.load === NEW;
    const isSending = sending.value !== null;
    const canStop = sending.value !== null && sending.value.done < sending.value.total;
    this.#body.draw(
      [lang, isNew, isSending, load.value.loading, targets.value.data, this.#history.mark],
      () => {
        if (!isNew)
          return load.value.loading ? [h("p", { class: "hint" }, words("waiting"))] : [this.#back()];
        return [...(isSending ? [] : this.#start.draw()), ...this.#history.draw()];
      },
    );
    this.#foot.draw([lang, canStop], () => [
      canStop &&
        button(
          { class: "load-button", "data-testid": "load-stop" },
          () => this.#session.stopSending(),
          words("stopUpload"),
        ),
    ]);
    setAttr(this.#foot.element, "hidden", !canStop);
  }

  #back(): HTMLElement {
    const words = loadWords(this.#app.lang);
    return button(
      { class: "link load-back" },
      () => this.#app.store.set({ load: NEW }),
      `‹ ${words("toList")}`,
    );
  }

  #drawLoad(load: LoadAnswer): void {
    const view = viewOf(this.#session, load);
    const { lang } = this.#app;
    const words = loadWords(lang);
    const step = this.#step;
    if (step === "fields") this.#profiles.want(view);
    this.#rail.draw([lang, load.id, step, stepsOf(load), reached(load), load.questions, load.file], () => [
      h("div", { class: "load-line" }, this.#back(), h("span", { class: "load-name" }, load.file)),
      rail(load, step, words, (one) => this.#go(one)),
    ]);
    // Progress is drawn by the bar alone, so a moving figure does not disturb what is being read or typed.
    const { progress: _progress, ...rest } = load;
    const { preview, faults, targets, failure } = this.#session;
    const shown = [
      lang,
      step,
      view.editable,
      rest,
      preview.value.data,
      preview.value.loading,
      preview.value.error?.problem,
      failure.value?.problem.code,
    ];
    this.#body.draw([shown, faults.value, targets.value.data, this.#fields.mark], () => this.#stepBody(view));
    this.#foot.draw([lang, step, view.editable, rest, this.#session.busy.value], () =>
      footer(view, step, (one) => this.#go(one)),
    );
    setAttr(this.#foot.element, "hidden", step === "done");
    this.#sketch(view);
  }

  #stepBody(view: View): Child[] {
    if (this.#step === "crs") return this.#crs.draw(view);
    if (this.#step === "fields") return this.#fields.draw(view);
    if (this.#step === "check") return checkView(view);
    if (this.#step === "done") return doneView(view);
    return fileView(view);
  }

  /** Draw on the map what the step is about. */
  #sketch(view: View): void {
    if (this.#step === "crs") this.#crs.show();
    else if (this.#step === "check" || this.#step === "done") {
      const { data } = this.#session.preview.value;
      const isShown = view.load.state === "checked" || view.load.state === "committing";
      const next = data && isShown ? settled(data.outline) : null;
      const now = this.#app.drawing.value;
      if (JSON.stringify(next?.chosen) !== JSON.stringify(now?.chosen) || now?.other.length)
        this.#app.drawing.value = next;
    } else this.#app.drawing.value = null;
  }

  /** Bring what is drawn into view. */
  #look(): void {
    const bounds = boundsOf(this.#app.drawing.value);
    if (!bounds) return;
    if (this.#app.view) this.#app.view.show(bounds);
    else window.setTimeout(this.#fit, 400);
  }
}
