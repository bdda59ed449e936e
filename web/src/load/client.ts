/** The routes of the loads. */

import { request } from "../api";
import type {
  CommitRequest,
  FaultList,
  LoadAnswer,
  LoadList,
  LoadPatch,
  Preview,
  ProfileList,
  SavedProfile,
  SaveProfile,
  TargetList,
} from "./types";

const part = encodeURIComponent;
const JSON_TYPE = { "content-type": "application/json" };

export const LOADS = "/api/loads";

export function loadUrl(id: string, rest = ""): string {
  return `${LOADS}/${part(id)}${rest}`;
}

/** Where the list of faults can be fetched as a file. */
export function errorsUrl(id: string, format: "csv" | "xlsx" | "gpkg"): string {
  return loadUrl(id, `/errors?format=${format}`);
}

function query(values: [name: string, value: string | number | null | undefined][]): string {
  const search = new URLSearchParams();
  for (const [name, value] of values) {
    if (value !== null && value !== undefined) search.append(name, String(value));
  }
  return search.toString();
}

function post<T>(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const json =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } };
  return request<T>(url, { method: "POST", headers, ...json });
}

export const loadsApi = {
  targets: () => request<TargetList>(`${LOADS}/targets`),
  list: (layer: string | null, limit: number, offset: number) =>
    request<LoadList>(
      `${LOADS}?${query([
        ["layer", layer],
        ["limit", limit],
        ["offset", offset],
      ])}`,
    ),
  get: (id: string) => request<LoadAnswer>(loadUrl(id)),
  patch: (id: string, body: LoadPatch) =>
    request<LoadAnswer>(loadUrl(id), { method: "PATCH", headers: JSON_TYPE, body: JSON.stringify(body) }),
  preview: (id: string) => request<Preview>(loadUrl(id, "/preview")),
  diff: (id: string) => request<Preview>(loadUrl(id, "/diff")),
  faults: (id: string, severity: string | null, limit: number, offset: number) =>
    request<FaultList>(
      loadUrl(
        id,
        `/errors?${query([
          ["format", "json"],
          ["severity", severity],
          ["limit", limit],
          ["offset", offset],
        ])}`,
      ),
    ),
  commit: (id: string, revision: number, body: CommitRequest) =>
    post<LoadAnswer>(loadUrl(id, "/commit"), body, { "if-match": `"${revision}"` }),
  discard: (id: string) => post<LoadAnswer>(loadUrl(id, "/discard")),
  rollback: (id: string, person: string, withLater: boolean) =>
    post<LoadAnswer>(
      loadUrl(
        id,
        `/rollback?${query([
          ["person", person || null],
          ["with_later", withLater ? "true" : null],
        ])}`,
      ),
    ),
  profiles: (layer: string, columns: readonly string[]) =>
    request<ProfileList>(
      `/api/load-profiles?${query([["layer", layer], ...columns.map((one) => ["columns", one] as [string, string])])}`,
    ),
  saveProfile: (name: string, body: SaveProfile) =>
    request<SavedProfile>(`/api/load-profiles/${part(name)}`, {
      method: "PUT",
      headers: JSON_TYPE,
      body: JSON.stringify(body),
    }),
};
