/** Follow a load that the server is at work on: by server-sent events, or by asking where those do not come through. */

import { loadsApi, loadUrl } from "./client";
import type { LoadAnswer } from "./types";

/** Milliseconds between questions when events do not come, and between tries after a lost connection. */
const ASK_AGAIN = 1_500;

/** Tell `onLoad` of every change until the server has stopped working on the load; returns how to stop. */
export function follow(id: string, onLoad: (load: LoadAnswer) => void, onEnd: () => void): () => void {
  let timer = 0;
  let over = false;
  const events = new EventSource(loadUrl(id, "/events"));

  const stop = () => {
    over = true;
    events.close();
    clearTimeout(timer);
  };
  const ask = async () => {
    let running = true;
    try {
      const load = await loadsApi.get(id);
      if (over) return;
      onLoad(load);
      running = load.running;
    } catch {
      // The bar on top of the page says that the server is away; it is asked again until it answers.
    }
    if (over) return;
    if (running) timer = window.setTimeout(() => void ask(), ASK_AGAIN);
    else end();
  };
  const end = () => {
    stop();
    onEnd();
  };
  events.addEventListener("load", (event) => {
    if (!over) onLoad(JSON.parse(event.data as string) as LoadAnswer);
  });
  events.addEventListener("end", () => over || end());
  events.addEventListener("error", () => {
    if (over) return;
    events.close();
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), ASK_AGAIN);
  });
  return stop;
}
