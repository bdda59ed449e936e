/** What is known of incidents: the list, the chosen one, and what this page did last, so that it can be undone. */

import { announce } from "../announce";
import { api, isAbort } from "../api";
import type { App } from "../app";
import { asFailure } from "../fetchers";
import { FOOT_DEFAULT, type Foot, footBody } from "../place/foot";
import { Signal } from "../signal";
import type { Incident, IncidentHead } from "./types";
import { incidentWords } from "./words";

export class IncidentDesk {
  readonly list = new Signal<readonly IncidentHead[]>([]);
  readonly chosen = new Signal<Incident | null>(null);
  readonly #app: App;
  #undo: (() => Promise<unknown>)[] = [];
  #taken = 0;

  constructor(app: App) {
    this.#app = app;
    app.store.subscribe((state, before) => {
      if (state.t !== before.t) void this.fetch();
      else if (state.inc !== before.inc) void this.#choose();
    });
    let online = true;
    app.connection.subscribe((now) => {
      if (now.online && !online) void this.fetch();
      online = now.online;
    });
  }

  async fetch(): Promise<void> {
    try {
      this.list.value = (await api.incidents(this.#app.store.state.t)).incidents;
      this.#app.marks.value = this.list.value.filter((one) => one.status === "open");
      await this.#choose();
    } catch (error) {
      if (!isAbort(error) && !asFailure(error).offline)
        announce(asFailure(error).words(this.#app.lang), true);
    }
  }

  async #choose(): Promise<void> {
    const { inc, t } = this.#app.store.state;
    const isEarly = t !== null && !this.list.value.some((one) => one.id === inc);
    if (inc === null || isEarly) {
      this.chosen.value = null;
      return;
    }
    try {
      this.chosen.value = await api.incident(inc, t);
    } catch (error) {
      this.chosen.value = null;
      if (!asFailure(error).offline) announce(asFailure(error).words(this.#app.lang), true);
    }
    this.#take(this.chosen.value);
  }

  /** Put the place, hazard and footprint of an incident on the screen, once. */
  #take(one: Incident | null): void {
    if (!one || one.id === this.#taken) return;
    this.#taken = one.id;
    const { store, view } = this.#app;
    store.set({
      pin: [one.lon, one.lat],
      item: null,
      hazard: one.hazard as never,
      foot: footOf(one.footprint),
    });
    view?.fly(one.lon, one.lat, Math.max(11, store.state.view?.zoom ?? 0));
  }

  open(id: number): void {
    this.#taken = 0;
    this.#app.store.set({ inc: id });
  }

  async make(title: string, at: string | null, person: string, place: [number, number]): Promise<void> {
    const { hazard, foot } = this.#app.store.state;
    const [lon, lat] = place;
    const body = {
      lon,
      lat,
      title,
      person,
      hazard,
      footprint: footBody(foot),
      ...(at ? { happened_at: at } : {}),
    };
    const made = await api.openIncident(body);
    this.#taken = made.id;
    this.#app.store.set({ inc: made.id });
    await this.fetch();
  }

  async change(one: Incident, changes: Record<string, unknown>, person: string): Promise<void> {
    const made = await api.changeIncident(one.id, { ...changes, person, rev: one.rev });
    this.chosen.value = made;
    const names = Object.keys(changes) as (keyof Incident)[];
    const before = Object.fromEntries(names.map((name) => [name, one[name]]));
    // Refused where somebody else has changed it since.
    this.did(async () => {
      await api.changeIncident(one.id, { ...before, person, rev: made.rev });
      await this.fetch();
    });
    await this.fetch();
  }

  async note(one: Incident, text: string, person: string): Promise<void> {
    this.chosen.value = await api.noteIncident(one.id, { text, person });
  }

  /** Remember how to take back what was just done. */
  did(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  async undoLast(): Promise<void> {
    const t = incidentWords(this.#app.lang);
    const last = this.#undo.pop();
    if (!last) return announce(t("undoNothing"), true);
    try {
      await last();
      announce(t("undo"), true);
    } catch (error) {
      announce(asFailure(error).words(this.#app.lang), true);
    }
  }
}

/** The footprint as the page keeps it, from the server's form. */
export function footOf(sent: Record<string, unknown>): Foot {
  if (sent.kind === "wedge")
    return {
      kind: "wedge",
      isolation: Number(sent.isolation_m),
      downwind: Number(sent.downwind_m),
      from: Number(sent.wind_from_deg),
    };
  if (sent.kind === "drawn") {
    const { coordinates } = (sent.geometry ?? {}) as { coordinates?: [number, number][][] };
    const places = (coordinates?.[0] ?? []).slice(0, -1);
    return places.length >= 3 ? { kind: "drawn", places } : FOOT_DEFAULT;
  }
  return { kind: "ring", radius: Number(sent.radius_m ?? 1000) };
}
