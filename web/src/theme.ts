/** Day and night: which one holds, and the tokens as the stylesheet has them. */

import type { State } from "./state";
import type { Theme } from "./types";

const night = matchMedia("(prefers-color-scheme: dark)");

/** The theme in force: the person's choice, else what the system prefers. */
export function themeOf(state: State): Theme {
  return state.theme ?? (night.matches ? "night" : "day");
}

/** Put the theme on the root, where every token hangs. */
export function showTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** Be told when the system changes its mind. */
export function onSystemTheme(run: () => void): void {
  night.addEventListener("change", run);
}

export type Tokens = { ink: string; ink2: string; paper: string; sea: string; land: string; accent: string };

/** The tokens of the theme on the root, read from the stylesheet so that there is one place for colours. */
export function tokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    ink2: read("--ink-2"),
    paper: read("--paper"),
    sea: read("--sea"),
    land: read("--land"),
    accent: read("--accent"),
  };
}
