/** The load that is open: fetched, followed while the server works on it, and changed by what a person decides. */

import { announce } from "../announce";
import { isAbort, RequestFailed } from "../api";
import { type App, noResult, type Result } from "../app";
import { asFailure } from "../fetchers";
import { Signal } from "../signal";
import { LOADS, loadsApi, loadUrl } from "./client";
import { follow } from "./follow";
import { asRequest, isOver, tableOf, whole } from "./steps";
import type { BadRows, FaultList, LoadAnswer, Mode, Patch, Preview, Target, TargetList } from "./types";
import { type Received, sendFiles, type Upload } from "./upload";
import { loadWords } from "./words";

/** The word in the URL for the wizard before there is a load. */
export const NEW = "new";
const FAULTS_AT_A_TIME = 50;

/** Files on their way: bytes sent and in all. */
export type Sending = { name: string; done: number; total: number };

export type Asked = { mode: Mode; bad_rows: BadRows; max_gone: number };

export class LoadSession {
  readonly app: App;
  readonly load = new Signal<Result<LoadAnswer>>(noResult());
  readonly targets = new Signal<Result<TargetList>>(noResult());
  /** What the load would do, or did. */
  readonly preview = new Signal<Result<Preview>>(noResult());
  readonly faults = new Signal<FaultList | null>(null);
  readonly sending = new Signal<Sending | null>(null);
  /** A request of the person is under way. */
  readonly busy = new Signal(false);
  /** What went wrong with the last thing the person asked for. */
  readonly failure = new Signal<RequestFailed | null>(null);
  /** Something to tell above the step: the file came before, the data has moved on. */
  readonly note = new Signal<"again" | "movedOn" | null>(null);
  onlyErrors = true;
  #id: string | null = null;
  #upload: Upload | null = null;
  #unfollow: (() => void) | null = null;
  #previewOf = "";

  constructor(app: App) {
    this.app = app;
    app.store.subscribe((state, before) => state.load !== before.load && this.#open(state.load));
    addEventListener("beforeunload", (event) => {
      // What has not arrived would be lost; everything later is on record with the server.
      if (this.sending.value) event.preventDefault();
    });
    this.#open(app.store.state.load);
  }

  target(id: string | null): Target | null {
    return this.targets.value.data?.targets.find((one) => one.id === id) ?? null;
  }

  #open(id: string | null): void {
    if (id !== null && !this.targets.value.data && !this.targets.value.loading) void this.#fetchTargets();
    if (id === this.#id) return;
    const left = this.load.value.data;
    this.#id = id;
    this.#stopFollowing();
    if (id === null && left?.state === "committing") this.#awaitEnd(left.id);
    this.failure.value = null;
    this.note.value = null;
    this.load.value = noResult();
    this.#forgetPreview();
    if (id !== null && id !== NEW) void this.refresh();
  }

  async #fetchTargets(): Promise<void> {
    this.targets.value = { data: null, loading: true, error: null };
    try {
      this.targets.value = { data: await loadsApi.targets(), loading: false, error: null };
    } catch (error) {
      this.targets.value = { data: null, loading: false, error: asFailure(error) };
    }
  }

  /** Fetch the open load again. */
  async refresh(): Promise<void> {
    const id = this.#id;
    if (id === null || id === NEW) return;
    this.load.value = { ...this.load.value, loading: true, error: null };
    try {
      const load = await loadsApi.get(id);
      if (this.#id === id) this.#adopt(load, true);
    } catch (error) {
      if (this.#id === id) this.load.value = { ...this.load.value, loading: false, error: asFailure(error) };
    }
  }

  /** Take an answer as the newest; `first`: look at everything that hangs on it. */
  #adopt(answer: LoadAnswer, first = false): void {
    const load = whole(answer);
    const before = this.load.value.data;
    if (before?.id === load.id && load.revision < before.revision) return;
    this.load.value = { data: load, loading: false, error: null };
    const isWorking = load.running || load.state === "committing";
    if (isWorking && !this.#unfollow) this.#follow(load.id);
    const ended = isOver(load) && before?.id === load.id && !isOver(before);
    if (ended && (load.state === "loaded" || load.state === "unchanged")) void this.app.reload();
    if (!isWorking || first) this.#wantPreview(load);
  }

  #follow(id: string): void {
    const stop = follow(
      id,
      (load) => this.#id === id && this.#adopt(load),
      () => {
        if (this.#unfollow === stop) this.#unfollow = null;
        // The last event may have been sent before the last change was on record.
        if (this.#id === id) void this.refresh();
      },
    );
    this.#unfollow = stop;
  }

  /** The panel was closed while rows go in: say how it ended, and show the new data. */
  #awaitEnd(id: string): void {
    const words = loadWords(this.app.lang);
    const tell = async () => {
      const load = await loadsApi.get(id).catch(() => null);
      if (!load || this.#id === id) return;
      const done = load.state === "loaded" || load.state === "unchanged";
      announce(words(done ? "endedLoaded" : "endedFailed", { file: load.file || load.id }), true);
      if (done) void this.app.reload();
    };
    follow(
      id,
      () => {},
      () => void tell(),
    );
  }

  #stopFollowing(): void {
    this.#unfollow?.();
    this.#unfollow = null;
  }

  #forgetPreview(): void {
    this.#previewOf = "";
    this.preview.value = noResult();
    this.faults.value = null;
  }

  #wantPreview(load: LoadAnswer): void {
    // While a check runs anew, the last one stays in sight.
    if (load.running) return;
    const isDone = load.state === "loaded" || load.state === "unchanged";
    if (!isDone && load.state !== "checked") {
      this.#forgetPreview();
      return;
    }
    // A raster is one thing: there are no rows of it to compare.
    if (isDone && this.#isRaster(load)) return;
    const mark = `${load.id}/${load.revision}/${load.state}`;
    if (mark === this.#previewOf) return;
    this.#previewOf = mark;
    void this.#fetchPreview(load, isDone, mark);
  }

  #isRaster(load: LoadAnswer): boolean {
    const info = this.target(load.layer) ?? this.app.layer(load.layer ?? "");
    return info?.kind === "raster" || tableOf(load)?.format === "geotiff";
  }

  async #fetchPreview(load: LoadAnswer, isDone: boolean, mark: string): Promise<void> {
    this.preview.value = { ...this.preview.value, loading: true, error: null };
    try {
      const data = await (isDone ? loadsApi.diff(load.id) : loadsApi.preview(load.id));
      if (this.#previewOf !== mark) return;
      this.preview.value = { data, loading: false, error: null };
      this.faults.value = data.faults;
      this.onlyErrors = false;
    } catch (error) {
      if (this.#previewOf !== mark) return;
      this.preview.value = { data: null, loading: false, error: asFailure(error) };
    }
  }

  /** Do what the person asked for; a failure is shown and changes nothing. */
  async #do(ask: () => Promise<LoadAnswer>): Promise<boolean> {
    if (this.busy.value) return false;
    this.busy.value = true;
    this.failure.value = null;
    try {
      const load = await ask();
      this.note.value = null;
      if (load.id === this.#id) this.#adopt(load, true);
      else this.#turnTo(load);
      return true;
    } catch (error) {
      const failure = asFailure(error);
      this.failure.value = failure;
      const { status, code } = failure.problem;
      if (status === 412 || code === "load_changed") {
        this.failure.value = null;
        this.note.value = "movedOn";
        this.#previewOf = "";
        await this.refresh();
      }
      return false;
    } finally {
      this.busy.value = false;
    }
  }

  /** Go on with another load than the open one: the one just received, the undo, the mended rows. */
  #turnTo(load: LoadAnswer): void {
    this.#stopFollowing();
    this.#forgetPreview();
    this.#id = load.id;
    this.load.value = noResult();
    this.app.store.set({ load: load.id });
    this.#adopt(load, true);
    // A load that ended while it was asked for has changed the map already.
    if (load.state === "loaded") void this.app.reload();
  }

  /** Change answers; the server goes on by itself. */
  patch(patch: Patch): Promise<boolean> {
    const id = this.#id ?? "";
    return this.#do(() => loadsApi.patch(id, asRequest(patch)));
  }

  commit(asked: Asked, person: string): Promise<boolean> {
    const load = this.load.value.data;
    if (!load) return Promise.resolve(false);
    const body = { ...asked, ...(person ? { person } : {}) };
    return this.#do(() => loadsApi.commit(load.id, load.revision, body));
  }

  discard(): Promise<boolean> {
    const id = this.#id ?? "";
    return this.#do(() => loadsApi.discard(id));
  }

  /** Take the load back; `withLater`: and with it what was loaded into the layer since. */
  rollback(person: string, withLater: boolean): Promise<boolean> {
    const id = this.#id ?? "";
    return this.#do(() => loadsApi.rollback(id, person, withLater));
  }

  /** Send files as a new load, or (`fixOf`) mended rows of an earlier one. */
  async send(
    files: readonly File[],
    extra: Record<string, string>,
    fixOf: string | null = null,
  ): Promise<void> {
    const say = loadWords(this.app.lang);
    const first = files[0];
    if (!first || this.sending.value) return;
    const name = files.length > 1 ? `${first.name} … (${files.length})` : first.name;
    const url = fixOf === null ? LOADS : loadUrl(fixOf, "/fix");
    this.failure.value = null;
    this.sending.value = { name, done: 0, total: files.reduce((sum, one) => sum + one.size, 0) };
    this.#upload = sendFiles(url, files, extra, (done, total) => {
      this.sending.value = { name, done, total };
    });
    try {
      this.#arrived(await this.#upload.answer);
    } catch (error) {
      if (isAbort(error)) return;
      const failure = asFailure(error);
      const lost = {
        status: 0,
        code: "offline",
        detail: say("uploadLost"),
        detail_en: loadWords("en")("uploadLost"),
      };
      this.failure.value = failure.offline ? new RequestFailed(lost, false) : failure;
    } finally {
      this.sending.value = null;
      this.#upload = null;
    }
  }

  #arrived({ load, again }: Received): void {
    if (this.app.store.state.load === null) {
      announce(loadWords(this.app.lang)("uploadKept"), true);
      return;
    }
    this.#turnTo(load);
    this.note.value = again ? "again" : null;
  }

  stopSending(): void {
    this.#upload?.stop();
  }

  /** Show more faults, or (`onlyErrors`) others. */
  async moreFaults(onlyErrors: boolean): Promise<void> {
    const load = this.load.value.data;
    const known = this.faults.value;
    if (!load || !known) return;
    const fresh = onlyErrors !== this.onlyErrors;
    const offset = fresh ? 0 : known.faults.length;
    try {
      const page = await loadsApi.faults(load.id, onlyErrors ? "error" : null, FAULTS_AT_A_TIME, offset);
      this.onlyErrors = onlyErrors;
      const faults = fresh ? page.faults : [...known.faults, ...page.faults];
      this.faults.value = { ...page, kinds: known.kinds, faults };
    } catch (error) {
      this.failure.value = asFailure(error);
    }
  }
}
