/** The sign of a grade: swatch with its hatch, and its word; taken from the legend the server sends. */

import type { App } from "./app";
import { h } from "./dom";
import { isGraded } from "./filters";
import { NONE, say } from "./format";
import { swatch } from "./patterns";
import { tokens } from "./theme";

/** The swatch is that of an area, or a dot as objects are drawn. */
export function gradeMark(
  app: App,
  grade: number | null,
  symbol?: "dot",
): { swatch: Element; words: string } {
  const legend = app.catalogue.value?.layers.find(
    (one) => one.legend && isGraded(one.legend) && one.zones,
  )?.legend;
  const row = legend?.classes.find((one) => one.value === grade);
  if (!row) return { swatch: h("span"), words: NONE };
  return { swatch: swatch(symbol ? { ...row, symbol } : row, tokens()), words: say(row.label, app.lang) };
}
