/** Shorter titles for narrow places. */

/** Titles for the narrow heads of columns: without what stands in brackets, or only that where it tells them apart. */
export function shortTitles(titles: readonly string[]): string[] {
  const parts = titles.map((title) => /^(.*?)\s*[（(]([^）)]*)[）)]\s*$/.exec(title));
  const plain = titles.map((title, at) => parts[at]?.[1] || title);
  return plain.map((short, at) =>
    plain.indexOf(short) === plain.lastIndexOf(short) ? short : (parts[at]?.[2] ?? short),
  );
}
