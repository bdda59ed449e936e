/** What happened and what it touches: the hazard, and the footprint as a ring, a downwind wedge or drawn by hand. */

import type { App } from "../app";
import { button, fill, h, setAttr } from "../dom";
import { FOOT_DEFAULT, FOOT_LIMITS, type Foot, HAZARDS, type Hazard, WEDGE_START } from "./foot";
import { type PlaceWord, placeWords } from "./words";

const KINDS = ["ring", "wedge", "drawn"] as const;
type Kind = (typeof KINDS)[number];

export class PlaceControls {
  readonly element = h("div", { class: "place-controls" });
  readonly #app: App;
  readonly #startDrawing: () => void;
  #drawnFor = "";

  constructor(app: App, startDrawing: () => void) {
    this.#app = app;
    this.#startDrawing = startDrawing;
    app.store.subscribe(() => this.draw());
    this.draw();
  }

  /** Take a kind of footprint; what was set for it last comes back. */
  choose(kind: Kind): void {
    const { store } = this.#app;
    if (kind === "drawn") this.#startDrawing();
    else if (store.state.foot.kind !== kind)
      store.set({ foot: kind === "ring" ? FOOT_DEFAULT : WEDGE_START });
  }

  draw(): void {
    const { store, lang } = this.#app;
    const { hazard, foot } = store.state;
    const shape = JSON.stringify([lang, hazard, foot.kind]);
    if (shape !== this.#drawnFor) this.#build(foot);
    this.#drawnFor = shape;
    this.#values(foot);
  }

  #build(foot: Foot): void {
    const { store, lang } = this.#app;
    const { hazard } = store.state;
    const t = placeWords(lang);
    const select = h("select", { "data-testid": "hazard", "aria-label": t("what") });
    for (const one of [null, ...HAZARDS])
      select.append(h("option", { value: one ?? "", selected: one === hazard }, t(one ?? "anyHazard")));
    select.addEventListener("change", () => store.set({ hazard: (select.value || null) as Hazard | null }));
    const kinds = KINDS.map((kind, n) =>
      button(
        {
          class: "plain",
          "aria-pressed": String(foot.kind === kind),
          "data-testid": `foot-${kind}`,
          title: `${t(kind)} (${n + 1})`,
        },
        () => this.choose(kind),
        t(kind),
      ),
    );
    fill(
      this.element,
      h("label", {}, h("span", { class: "sub" }, t("what")), select),
      h("div", { class: "kinds", role: "group", "aria-label": t("footprint") }, ...kinds),
      h("div", { class: "numbers" }, ...this.#fields(foot)),
      foot.kind === "wedge" && h("p", { class: "hint" }, t("wedgeHint")),
    );
  }

  #fields(foot: Foot): HTMLElement[] {
    if (foot.kind === "ring") return [this.#number("radius", "radius")];
    if (foot.kind === "wedge")
      return [
        this.#number("isolation", "isolation"),
        this.#number("downwind", "downwind"),
        this.#number("from", "windFrom"),
      ];
    return [];
  }

  #number(name: keyof typeof FOOT_LIMITS, word: PlaceWord): HTMLElement {
    const [min, max] = FOOT_LIMITS[name];
    const input = h("input", {
      type: "number",
      min,
      max,
      step: "any",
      "data-foot": name,
      "data-testid": `foot-${name}`,
    });
    input.addEventListener("change", () => {
      const value = Number(input.value);
      const { foot } = this.#app.store.state;
      const good = input.value !== "" && value >= min && value <= max;
      setAttr(input, "aria-invalid", good ? null : "true");
      if (good) this.#app.store.set({ foot: { ...foot, [name]: value } as Foot });
    });
    return h("label", {}, h("span", { class: "sub" }, placeWords(this.#app.lang)(word)), input);
  }

  #values(foot: Foot): void {
    for (const input of this.element.querySelectorAll<HTMLInputElement>("input[data-foot]")) {
      const value = (foot as Record<string, unknown>)[input.dataset.foot ?? ""];
      if (document.activeElement !== input && typeof value === "number") input.value = String(value);
    }
  }
}
