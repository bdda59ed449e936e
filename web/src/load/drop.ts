/** Files dropped anywhere on the page. */

import { h } from "../dom";
import { droppedFiles } from "./upload";

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Watch the whole page; returns the veil that says what a drop would do. `words` is asked when it appears. */
export function watchDrops(words: () => string, onFiles: (files: File[]) => void): HTMLElement {
  const veil = h("div", { class: "load-veil", hidden: true, "data-testid": "load-veil" });
  // Every element that is entered and left on the way counts, so that the veil goes only when the page is left.
  let depth = 0;
  const show = (visible: boolean) => {
    veil.hidden = !visible;
    if (visible) veil.textContent = words();
  };
  addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  addEventListener("dragover", (event) => {
    // Without this the browser would open the file in place of the page.
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    depth = 0;
    show(false);
    void droppedFiles(event.dataTransfer).then(onFiles);
  });
  return veil;
}
