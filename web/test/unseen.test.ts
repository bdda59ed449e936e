import { describe, expect, it } from "vitest";
import { plain, visible } from "../src/unseen";

describe("characters that cannot be seen", () => {
  it("are left out of what is shown", () => {
    expect(plain("gpj.\u202Eslx\u200B\u0000")).toBe("gpj.slx");
    expect(plain("避灾点 一\n二\t三 é 𠮷")).toBe("避灾点 一\n二\t三 é 𠮷");
  });

  it("are written out where they have to be found", () => {
    expect(visible("县\u200B")).toBe("县\\u{200b}");
    expect(visible("a\u{E0041}")).toBe("a\\u{e0041}");
    expect(visible("县级")).toBe("县级");
  });
});
