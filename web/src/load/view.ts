/** What every step of the wizard is given. */

import type { App } from "../app";
import type { Lang } from "../types";
import type { LoadSession } from "./session";
import { isOpen, tableOf } from "./steps";
import type { LoadAnswer, Patch, Table, Target } from "./types";
import { type LoadSay, loadWords } from "./words";

export type View = {
  app: App;
  session: LoadSession;
  say: LoadSay;
  lang: Lang;
  load: LoadAnswer;
  target: Target | null;
  table: Table | null;
  /** Answers can be given now: the load is open and the server is not at work on it. */
  editable: boolean;
};

export function viewOf(session: LoadSession, load: LoadAnswer): View {
  const { app } = session;
  return {
    app,
    session,
    say: loadWords(app.lang),
    lang: app.lang,
    load,
    target: session.target(load.layer),
    table: tableOf(load),
    editable: isOpen(load) && !load.running && !session.busy.value,
  };
}

export function patch(view: View, change: Patch): void {
  void view.session.patch(change);
}
