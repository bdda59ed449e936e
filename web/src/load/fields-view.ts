/** Step 3: which column fills which field, what identifies an object, and profiles saved for such files. */

import { type Child, h } from "../dom";
import { say } from "../format";
import { block, radios, select } from "./controls";
import { CONTENT, isMissing, mapField, ROW_NUMBER, type Source, samplesOf, sourceOf } from "./profile";
import type { ProfilesView } from "./profiles-view";
import { questionBlocks } from "./questions";
import type { TargetField } from "./types";
import { patch, type View } from "./view";
import { codeWord } from "./words";

const CONSTANT = "=";
const NOWHERE = "-";

export class FieldsView {
  /** Fields for which a constant is being typed and none is on record yet. */
  readonly #typing = new Set<string>();
  readonly #profiles: ProfilesView;
  readonly #redraw: () => void;

  constructor(profiles: ProfilesView, redraw: () => void) {
    this.#profiles = profiles;
    this.#redraw = redraw;
  }

  /** What a drawing depends on besides the load. */
  get mark(): unknown {
    return [[...this.#typing], this.#profiles.mark];
  }

  draw(view: View): Child[] {
    const { say: words, load, target } = view;
    if (!target) return questionBlocks(view, "fields");
    const rows = target.fields.filter((one) => load.mapping.some((source) => source.field === one.name));
    const unused =
      load.unused.length > 0 ? load.unused.join(view.lang === "zh" ? "、" : ", ") : words("unusedNone");
    return [
      ...questionBlocks(view, "fields"),
      this.#profiles.apply(view),
      block(
        words("mapping"),
        words("mappingFrom"),
        h(
          "div",
          { class: "load-mapping", "data-testid": "load-mapping" },
          ...rows.map((one) => this.#row(view, one)),
        ),
        h("p", { class: "hint", "data-testid": "load-unused" }, `${words("unused")}：${unused}`),
      ),
      target.key && this.#key(view, target.key),
      this.#profiles.saveAs(view),
    ];
  }

  /** A key that is made and not read has no column to choose. */
  #madeKey(view: View, field: TargetField): HTMLElement {
    const { say: words, load, lang } = view;
    const from = load.profile.key_from ?? [];
    const made = from[0] === CONTENT ? "keyContent" : "keyRow";
    const columns = from.join(lang === "zh" ? "、" : ", ");
    const isColumn = from.some((one) => one !== CONTENT && one !== ROW_NUMBER);
    return h(
      "div",
      { class: "load-map", "data-field": field.name },
      h("span", { class: "name" }, say(field.title, lang)),
      h("span", {}, isColumn ? words("keyList", { columns }) : words(made)),
    );
  }

  #row(view: View, field: TargetField): HTMLElement {
    if (field.name === view.target?.key && (view.load.profile.key_from ?? []).length > 0)
      return this.#madeKey(view, field);
    const { say: words, lang, load, table } = view;
    const source = sourceOf(load, field.name);
    const isConstant = source.kind === "constant" || this.#typing.has(field.name);
    const column = source.kind === "column" ? source.column : null;
    const lacks =
      field.required &&
      !isConstant &&
      isMissing(load.mapping, field.name, load.profile.key_from ?? [], view.target?.key ?? null);
    const title = say(field.title, lang);
    const columns = (table?.columns ?? []).map((one) => ({ value: `c${one.name}`, label: one.name }));
    const choices = [
      { value: NOWHERE, label: words("nothing") },
      ...columns,
      { value: CONSTANT, label: words("constant") },
    ];
    const attrs = {
      "aria-label": `${title}：${words("mappingFrom")}`,
      "aria-invalid": String(lacks),
      "data-testid": "load-source",
      "data-field": field.name,
      "data-keep": `source-${field.name}`,
      disabled: !view.editable,
    };
    const now = isConstant ? CONSTANT : column === null ? NOWHERE : `c${column}`;
    const pick = select(attrs, choices, now, (value) => this.#picked(view, field, value));
    const how = load.mapping.find((one) => one.field === field.name)?.how ?? "";
    const name = h(
      "span",
      { class: "name" },
      title,
      field.required &&
        h(
          "span",
          { class: "need", title: words("required"), role: "img", "aria-label": words("required") },
          "*",
        ),
      h(
        "span",
        { class: "sub" },
        lacks ? h("span", { class: "bad" }, words("requiredOpen")) : codeWord(words, "how", how),
      ),
    );
    const under = isConstant ? this.#constant(view, field, source) : this.#samples(view, column);
    return h(
      "div",
      { class: `load-map${lacks ? " lacks" : ""}`, "data-field": field.name },
      name,
      pick,
      under,
    );
  }

  #samples(view: View, column: string | null): HTMLElement | null {
    if (column === null) return null;
    const values = samplesOf(view.table, column).map((one) =>
      one === null || one === "" ? view.say("samplesNone") : one,
    );
    const joined = values.join(" · ");
    return values.length > 0 ? h("span", { class: "samples", title: joined }, joined) : null;
  }

  #picked(view: View, field: TargetField, value: string): void {
    this.#typing.delete(field.name);
    if (value === CONSTANT) {
      this.#typing.add(field.name);
      this.#redraw();
      return;
    }
    const source: Source = value === NOWHERE ? { kind: "none" } : { kind: "column", column: value.slice(1) };
    patch(view, mapField(view.load.profile, field.name, source));
  }

  #constant(view: View, field: TargetField, source: Source): HTMLElement {
    const { say: words, lang } = view;
    const label = words("constantFor", { field: say(field.title, lang) });
    const now = source.kind === "constant" ? String(source.value) : "";
    const attrs = {
      "aria-label": label,
      "data-testid": "load-constant",
      "data-keep": `constant-${field.name}`,
      disabled: !view.editable,
    };
    const take = (value: string) => {
      this.#typing.delete(field.name);
      if (value !== "") patch(view, mapField(view.load.profile, field.name, { kind: "constant", value }));
    };
    const options = this.#options(view, field);
    if (options)
      return select({ ...attrs, class: "under" }, [{ value: "", label: "—" }, ...options], now, take);
    const input = h("input", { type: "text", class: "under", ...attrs });
    input.value = now;
    input.addEventListener("change", () => take(input.value.trim()));
    return input;
  }

  #options(view: View, field: TargetField): { value: string; label: string }[] | null {
    const { lang } = view;
    if (field.choices)
      return Object.entries(field.choices).map(([value, text]) => ({ value, label: say(text, lang) }));
    if (field.type !== "boolean") return null;
    return [
      { value: "true", label: lang === "zh" ? "是" : "yes" },
      { value: "false", label: lang === "zh" ? "否" : "no" },
    ];
  }

  #key(view: View, key: string): HTMLElement {
    const { say: words, load } = view;
    const from = load.profile.key_from ?? [];
    const other = from.length > 0 && ![ROW_NUMBER, CONTENT].includes(from.join());
    const choices = [
      { value: "", label: words("keyColumn"), hint: words("keyColumnHint"), disabled: !view.editable },
      { value: CONTENT, label: words("keyContent"), hint: words("keyContentHint"), disabled: !view.editable },
      { value: ROW_NUMBER, label: words("keyRow"), hint: words("keyRowHint"), disabled: !view.editable },
    ];
    if (other)
      choices.push({
        value: from.join(),
        label: words("keyList", { columns: from.join(view.lang === "zh" ? "、" : ", ") }),
        hint: "",
        disabled: true,
      });
    const column = load.mapping.find((one) => one.field === key)?.column;
    return block(
      words("keyTitle"),
      from.length === 0 ? (column ?? null) : null,
      radios("key", words("keyTitle"), choices, from.join(), (value) =>
        patch(view, { key_from: value === "" ? [] : [value] }),
      ),
    );
  }
}
