/** The seven parameters of a datum shift, typed in by a person who has them from the surveying office. */

import { button, h } from "../dom";
import { fold, select } from "./controls";
import { patch, type View } from "./view";

const NUMBERS = [
  ["dx", "ΔX", "m"],
  ["dy", "ΔY", "m"],
  ["dz", "ΔZ", "m"],
  ["rx", "εX", "″"],
  ["ry", "εY", "″"],
  ["rz", "εZ", "″"],
  ["scale_ppm", "m", "ppm"],
] as const;

/** The numbers as typed; null when one of them is none, or when all are zero. */
export function shiftTyped(values: Record<string, string>): Record<string, number> | null {
  const numbers: Record<string, number> = {};
  for (const [name] of NUMBERS) {
    const text = (values[name] ?? "").trim().replace("−", "-");
    const value = text === "" ? 0 : Number(text);
    if (!Number.isFinite(value)) return null;
    numbers[name] = value;
  }
  return Object.values(numbers).every((one) => one === 0) ? null : numbers;
}

export function shiftForm(view: View): HTMLElement {
  const { say } = view;
  const inputs = new Map<string, HTMLInputElement>();
  const fields = NUMBERS.map(([name, sign, unit]) => {
    const input = h("input", { type: "text", inputmode: "decimal", "data-testid": `load-shift-${name}` });
    inputs.set(name, input);
    return h(
      "label",
      { class: "load-number" },
      h("span", {}, sign),
      input,
      h("span", { class: "unit" }, unit),
    );
  });
  const source = h("input", { type: "text", maxlength: 500, "data-testid": "load-shift-source" });
  let convention = "position_vector";
  const kinds = [
    { value: "position_vector", label: say("position_vector") },
    { value: "coordinate_frame", label: say("coordinate_frame") },
  ];
  const pick = select({ "aria-label": say("shiftConvention") }, kinds, convention, (value) => {
    convention = value;
  });
  const send = () => {
    const typed = shiftTyped(Object.fromEntries([...inputs].map(([name, input]) => [name, input.value])));
    for (const input of inputs.values()) input.setAttribute("aria-invalid", String(typed === null));
    if (typed) patch(view, { shift: { ...typed, convention, source: source.value.trim() } });
  };
  return fold(
    "load-shift",
    say("shiftTitle"),
    h("p", { class: "hint" }, say("shiftHint")),
    h("div", { class: "load-numbers" }, ...fields),
    h("label", { class: "load-field" }, h("span", { class: "name" }, say("shiftConvention")), pick),
    h("label", { class: "load-field" }, h("span", { class: "name" }, say("shiftSource")), source),
    button({ class: "load-button", disabled: !view.editable }, send, say("shiftUse")),
  );
}
