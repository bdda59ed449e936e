/** Map filters and counts that follow from the legend: legend = filter = count. */

import type { FilterSpecification } from "maplibre-gl";
import { classKey } from "./state";
import type { Counts, Legend } from "./types";

/**
 * The filter that keeps the classes that are on; null when all are. A feature without the legend field, or with a
 * value that no row names, belongs to the row without a value, as in the server's counts. Works on clusters too,
 * because the server makes them per class.
 */
export function classFilter(legend: Legend, off: readonly string[]): FilterSpecification | null {
  const gone = legend.classes.filter((one) => off.includes(classKey(one.value)));
  if (gone.length === 0) return null;
  const values = gone.map((one) => one.value).filter((value) => value !== null);
  const parts: unknown[] = [];
  if (values.length > 0) parts.push(["!", ["in", ["get", legend.field], ["literal", values]]]);
  if (values.length < gone.length) {
    const named = legend.classes.map((one) => one.value).filter((value) => value !== null);
    parts.push(["in", ["get", legend.field], ["literal", named]]);
  }
  return (parts.length === 1 ? parts[0] : ["all", ...parts]) as FilterSpecification;
}

/** Join the filter of the style with the filter of the legend. */
export function bothFilters(
  own: FilterSpecification | undefined,
  classes: FilterSpecification | null,
): FilterSpecification | undefined {
  if (own === undefined) return classes ?? undefined;
  if (classes === null) return own;
  return ["all", own, classes] as unknown as FilterSpecification;
}

/** Classes of one layer after switching one of them; order follows the legend. */
export function toggled(legend: Legend, off: readonly string[], key: string, on: boolean): string[] {
  return legend.classes
    .map((one) => classKey(one.value))
    .filter((one) => (one === key ? !on : off.includes(one)));
}

/** Counts of an answer by class key; a class the answer does not name has none. */
export function countByClass(legend: Legend, counts: Counts): Map<string, number> {
  const found = new Map(counts.classes.map((one) => [classKey(one.value), one.count]));
  return new Map(legend.classes.map((one) => [classKey(one.value), found.get(classKey(one.value)) ?? 0]));
}

/** Two layers share a block of the legend when their rows are the same. */
export function legendSignature(legend: Legend): string {
  return JSON.stringify(legend.classes.map((one) => [one.value, one.label, one.colour, one.pattern]));
}

/** A legend of risk grades: its rows carry hatches. These stand at the top of the panel. */
export function isGraded(legend: Legend): boolean {
  return legend.classes.some((one) => !["", "plain", "nodata"].includes(one.pattern));
}
