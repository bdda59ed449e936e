/** Who is at the keyboard: kept in the browser, so that the name is typed once. */

const KEY = "riskmap-person";

export function rememberedPerson(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

export function rememberPerson(name: string): void {
  try {
    localStorage.setItem(KEY, name.trim());
  } catch {
    // Then it is typed again next time.
  }
}
