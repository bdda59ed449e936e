/** Step 2: which coordinate system the numbers speak. Every reading can be seen on the map before it is taken. */

import { button, type Child, h, setAttr } from "../dom";
import { percent, say } from "../format";
import { block, findingList, fold, labelled, select } from "./controls";
import { compare } from "./drawing";
import { answerFor, CRS_FORGOTTEN, crsTyped, isCrsSaid } from "./profile";
import { questionBlocks } from "./questions";
import type { Candidate, Reading } from "./types";
import { patch, type View } from "./view";
import { codeWord } from "./words";

/** The candidate that is drawn as the chosen one: the choice, or while it is open the likeliest. */
export function chosenCandidate(reading: Reading | null): Candidate | null {
  if (!reading) return null;
  return reading.candidates[reading.chosen ?? 0] ?? null;
}

function candidateTitle(view: View, one: Candidate): string {
  const key = one.key === "WKT" ? "" : one.key;
  const swapped = one.swapped ? view.say("swapped") : "";
  return [say(one.title, view.lang), key, swapped].filter(Boolean).join(" · ");
}

export class CrsView {
  /** The candidate that is pointed at, by its place; null: none. */
  #pointed: number | null = null;
  #view: View | null = null;

  draw(view: View): Child[] {
    this.#view = view;
    const { say: words, lang, load } = view;
    const { reading } = load;
    const notes = findingList(reading?.notes ?? [], words, lang);
    return [
      ...questionBlocks(view, "crs"),
      reading && this.#reading(view, reading),
      reading && reading.candidates.length > 0 && this.#candidates(view, reading),
      notes && block(words("findings"), null, notes),
      this.#columns(view),
      this.#other(view),
    ];
  }

  #reading(view: View, reading: Reading): HTMLElement {
    const { say: words, lang } = view;
    const chosen = reading.chosen === null ? null : (reading.candidates[reading.chosen] ?? null);
    return block(
      words("reading"),
      null,
      h(
        "p",
        { class: "strong", "data-testid": "crs-chosen" },
        chosen ? candidateTitle(view, chosen) : words("readingOpen"),
      ),
      chosen && h("p", { class: "hint" }, say(chosen.evidence, lang)),
      reading.operation &&
        h("p", { class: "hint" }, `${words("operation")}：${say(reading.operation, lang)}`),
      isCrsSaid(view.load.profile) &&
        button(
          {
            class: "link",
            "data-testid": "crs-forget",
            "data-keep": "crs-forget",
            disabled: !view.editable,
          },
          () => patch(view, CRS_FORGOTTEN),
          words("forgetCrs"),
        ),
    );
  }

  #candidates(view: View, reading: Reading): HTMLElement {
    const { say: words } = view;
    const list = h(
      "div",
      { "data-list": "candidates", class: "load-candidates" },
      h(
        "div",
        { class: "load-candidate head", "aria-hidden": "true" },
        h("span", {}),
        h("span", { class: "figure" }, words("colProvince")),
        h("span", { class: "figure" }, words("colCounty")),
        h("span", { class: "figure" }, words("colSure")),
        h("span", {}),
      ),
      ...reading.candidates.map((one, at) => this.#candidate(view, reading, one, at)),
    );
    list.addEventListener("pointerleave", () => this.#point(null));
    list.addEventListener("focusout", (event) => {
      if (!list.contains(event.relatedTarget as Node | null)) this.#point(null);
    });
    return block(
      words("candidates"),
      h(
        "span",
        { class: "load-legend" },
        h("span", {}, words(reading.chosen === null ? "legendLikely" : "legendChosen")),
        h("span", {}, words("legendOther")),
      ),
      list,
      h("p", { class: "hint" }, words("candidatesHint")),
    );
  }

  #candidate(view: View, reading: Reading, one: Candidate, at: number): HTMLElement {
    const { say: words, lang } = view;
    const isChosen = at === reading.chosen;
    const name = button(
      {
        class: "name",
        "data-row": "",
        "data-testid": "crs-show",
        "data-keep": `candidate-${at}`,
        title: words("candidatesHint"),
      },
      () => this.#point(at),
      candidateTitle(view, one),
      h("span", { class: "sub" }, say(one.evidence, lang)),
    );
    name.addEventListener("focus", () => this.#point(at));
    const use = isChosen
      ? h("span", { class: "mark" }, words("chosen"))
      : button(
          {
            class: "load-button small",
            "data-testid": "crs-use",
            "data-keep": `use-${at}`,
            "aria-label": `${words("takeThis")} ${candidateTitle(view, one)}`,
            disabled: !view.editable,
          },
          () => patch(view, answerFor(view.load, one)),
          words(reading.chosen === null ? "use" : "takeThis"),
        );
    const figure = (label: string, value: string) =>
      h("span", { class: "figure", "aria-label": `${label} ${value}`, role: "img" }, value);
    const row = h(
      "div",
      {
        class: `load-candidate${isChosen ? " on" : ""}`,
        "data-testid": "crs-candidate",
        "data-key": one.key,
      },
      name,
      figure(words("colProvince"), percent(one.in_province, lang)),
      figure(words("colCounty"), percent(one.in_county, lang)),
      figure(words("colSure"), String(one.confidence)),
      use,
    );
    row.addEventListener("pointerenter", () => this.#point(at));
    return row;
  }

  #point(at: number | null): void {
    if (at === this.#pointed) return;
    this.#pointed = at;
    this.show();
  }

  /** Draw on the map: the chosen reading, and the one that is pointed at. */
  show(): void {
    const view = this.#view;
    if (!view) return;
    const { reading } = view.load;
    const chosen = chosenCandidate(reading);
    const other = this.#pointed === null ? null : (reading?.candidates[this.#pointed] ?? null);
    if (!chosen) {
      view.app.drawing.value = null;
      return;
    }
    view.app.drawing.value = compare(chosen.outline, other && other !== chosen ? other.outline : []);
  }

  /** Which columns hold the coordinates, for tables that have no geometry of their own. */
  #columns(view: View): HTMLElement | null {
    const { say: words, table } = view;
    if (!table || !["csv", "xlsx"].includes(table.format)) return null;
    const names = table.columns.map((one) => ({ value: one.name, label: one.name }));
    const pick = (axis: "x" | "y", label: string) => {
      const now = view.load.profile[axis] ?? table.coordinates?.[axis] ?? "";
      const attrs = {
        "aria-label": label,
        "data-testid": `load-${axis}`,
        "data-keep": `axis-${axis}`,
        disabled: !view.editable,
      };
      return labelled(
        label,
        select(attrs, [{ value: "", label: "—", disabled: true }, ...names], now, (value) =>
          patch(view, { [axis]: value }),
        ),
      );
    };
    const form = table.coordinates?.form;
    return block(
      words("xyColumns"),
      form ? codeWord(words, "form", form) : null,
      pick("x", words("xColumn")),
      pick("y", words("yColumn")),
    );
  }

  #other(view: View): HTMLElement {
    const { say: words, load, session } = view;
    const input = h("input", {
      type: "text",
      placeholder: words("otherCrsHint"),
      spellcheck: "false",
      "aria-label": words("otherCrs"),
      "data-testid": "crs-other",
      "data-keep": "crs-other",
      disabled: !view.editable,
    });
    const send = () => {
      const crs = crsTyped(input.value);
      setAttr(input, "aria-invalid", String(crs === null));
      if (crs) patch(view, { crs, force_crs: true });
    };
    input.addEventListener("keydown", (event) => event.key === "Enter" && send());
    const apply = button({ class: "load-button small", disabled: !view.editable }, send, words("apply"));
    const axes = (["auto", "no", "yes"] as const).map((one) => ({
      value: one,
      label: codeWord(words, "swap", one),
    }));
    const swap = {
      "aria-label": words("swapAxes"),
      "data-keep": "swap",
      "data-testid": "load-swap",
      disabled: !view.editable,
    };
    const allowed = session.targets.value.data?.offset_conversion ?? false;
    const offsets = [
      { value: "", label: words("offsetNone") },
      { value: "gcj02", label: words("offsetgcj02") },
      { value: "bd09", label: words("offsetbd09") },
    ];
    const offset = {
      "aria-label": words("offset"),
      "data-keep": "offset",
      "data-testid": "load-offset",
      disabled: !view.editable || !allowed,
    };
    return fold(
      "load-crs-other",
      words("otherCrs"),
      h("div", { class: "load-line" }, input, apply),
      labelled(
        words("swapAxes"),
        select(swap, axes, load.profile.swap_axes ?? "auto", (value) => patch(view, { swap_axes: value })),
      ),
      labelled(
        words("offset"),
        select(offset, offsets, load.profile.offset ?? "", (value) => patch(view, { offset: value || null })),
      ),
      !allowed && h("p", { class: "hint" }, words("offsetOff")),
    );
  }
}
