/** What the server tells of new data, as it comes: which version of each layer is served, and where it differs. */

import type { App } from "./app";
import type { Bounds } from "./types";

/** A version, the one before it, and the boxes that differ between the two; null where all may differ. */
export type Told = { version: string; parent: string | null; changed: Bounds[] | null };

type Event_ = { layers: Record<string, Told>; all: boolean };

/**
 * A browser gives few connections to one server, so only a page in sight listens; one that comes back into sight is
 * told everything anew.
 */
export function listenToNews(app: App, doubt: () => void): void {
  let events: EventSource | null = null;

  const hear = (event: MessageEvent<string>) => {
    const { layers } = JSON.parse(event.data) as Event_;
    for (const [id, told] of Object.entries(layers)) app.told.set(id, told);
    const isNew = (id: string, told: Told) => app.layer(id)?.version !== told.version;
    if (app.catalogue.value && Object.entries(layers).some(([id, told]) => isNew(id, told)))
      void app.reload();
  };
  const turn = () => {
    if (document.hidden) {
      events?.close();
      events = null;
    } else if (events === null || events.readyState === EventSource.CLOSED) {
      events = new EventSource("/api/events");
      events.addEventListener("layers", hear);
      // A server that is gone ends the stream at once: asking says whether it is gone, long before the next look.
      events.addEventListener("error", doubt);
      events.addEventListener("state", (event: MessageEvent<string>) => app.changed(JSON.parse(event.data)));
    }
  };
  document.addEventListener("visibilitychange", turn);
  app.connection.subscribe(({ online }) => {
    if (online) {
      turn();
      return;
    }
    // The browser would try for ever, and write each failure into its log.
    events?.close();
    events = null;
  });
  turn();
}
