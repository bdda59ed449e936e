/**
 * Characters of names and cells that cannot be seen: controls, zero-width and direction marks, separators of lines,
 * tags. A mark of direction would turn round what stands beside it. The server's own list is in layers/visible.py.
 */

const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text without them, for everything that the page shows. */
export function plain(text: string): string {
  return text.replace(UNSEEN, "");
}

/** A text with them written out, where a person has to find them. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}}`);
}
