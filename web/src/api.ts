/** The typed client of the HTTP API. Every failure is a RequestFailed: `offline`, or a problem with a code. */

import type { FeatureCollection } from "geojson";
import type { Incident, IncidentHead, LiveLine, Warning } from "./incident/types";
import type { Mover } from "./movers";
import type { Around, SearchAnswer } from "./place/types";
import type {
  ChangeList,
  DecisionList,
  KpiList,
  OverrideRequest,
  VersionList,
  Why,
  ZoneList,
} from "./risk-types";
import type { Replay } from "./time/types";
import type {
  Aircraft,
  Arrival,
  BaseList,
  Bounds,
  Catalogue,
  Comparison,
  Counts,
  Coverage,
  CoverageRequest,
  Item,
  Lang,
  Problem,
  RasterValue,
  SiteJob,
  SiteRequest,
} from "./types";

export class RequestFailed extends Error {
  readonly offline: boolean;
  readonly problem: Problem;

  constructor(problem: Problem, offline: boolean) {
    super(`${problem.code}: ${problem.detail ?? ""}`);
    this.problem = problem;
    this.offline = offline;
  }

  /** What went wrong, in words. */
  words(lang: Lang): string {
    if (this.offline) return lang === "en" ? "The server cannot be reached." : "连不上服务器。";
    const { detail, detail_en, title, status } = this.problem;
    return (lang === "en" ? detail_en : detail) ?? detail ?? title ?? `HTTP ${status}`;
  }
}

type Watcher = (reached: boolean) => void;
const watchers: Watcher[] = [];

/** Be told after every request whether the server was reached. */
export function watchRequests(watcher: Watcher): void {
  watchers.push(watcher);
}

export function reportReach(reached: boolean): void {
  for (const watcher of watchers) watcher(reached);
}

const GATEWAY = new Set([502, 503, 504]);

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { status: response.status, code: `http-${response.status}` };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return { ...fallback, ...body };
  } catch {
    return fallback;
  }
}

declare global {
  interface Window {
    /** What early.js asked for before this script was read. */
    riskmapEarly?: Promise<Response>;
  }
}

/** The answer that is on its way already, once. */
function early(url: string): Promise<Response> | undefined {
  if (url !== "/api/layers") return undefined;
  const asked = window.riskmapEarly;
  delete window.riskmapEarly;
  return asked;
}

/** Ask the server for JSON. Whatever else comes back is a RequestFailed. */
export async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    const asked = early(url);
    response = await (asked ??
      fetch(url, { ...init, headers: { accept: "application/json", ...init.headers } }));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    reportReach(false);
    throw new RequestFailed({ status: 0, code: "offline" }, true);
  }
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  // A gateway that answers for a dead server is as good as no answer.
  const offline = GATEWAY.has(response.status) && !isJson;
  reportReach(!offline);
  if (!response.ok) throw new RequestFailed(await problemOf(response), offline);
  if (!isJson) throw new RequestFailed({ status: response.status, code: "not-json" }, false);
  return (await response.json()) as T;
}

const part = encodeURIComponent;

/** A past day, and a named part of a layer; null is now, and the whole. */
export type When = { at: string | null; filter: string | null };

/** Write the parameters that have a value as a query string. */
export function query(values: Record<string, string | null>): string {
  const known = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== null);
  return known.length === 0 ? "" : `?${known.map(([name, value]) => `${name}=${part(value)}`).join("&")}`;
}

function post(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** A question without the extras that a comparison does not answer. */
function plain({ bands_min: _, ...asked }: CoverageRequest): CoverageRequest {
  return asked;
}

export const api = {
  layers: (at: string | null) => request<Catalogue>(`/api/layers${query({ at })}`),
  counts: (layer: string, bbox: Bounds, when: When, signal: AbortSignal) =>
    request<Counts>(
      `/api/layers/${part(layer)}/counts${query({ bbox: bbox.map((n) => n.toFixed(5)).join(","), ...when })}`,
      { signal },
    ),
  item: (layer: string, key: string, at: string | null, signal: AbortSignal) =>
    request<Item>(`/api/layers/${part(layer)}/items/${part(key)}${query({ at })}`, { signal }),
  why: (layer: string, key: string, at: string | null, signal: AbortSignal) =>
    request<Why>(`/api/layers/${part(layer)}/items/${part(key)}/why${query({ at, limit: "12" })}`, {
      signal,
    }),
  zones: (layer: string, at: string | null) =>
    request<ZoneList>(`/api/layers/${part(layer)}/list${query({ at })}`),
  zoneFile: (layer: string, form: string, at: string | null) =>
    `/api/layers/${part(layer)}/list.${form}${query({ at })}`,
  override: (layer: string, zone: string, body: OverrideRequest) =>
    request<unknown>(`/api/zones/${part(layer)}/${part(zone)}/override`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  overrides: () => request<DecisionList>("/api/zones/overrides"),
  withdraw: (id: number, person: string) =>
    request<unknown>(`/api/zones/overrides/${id}/withdraw${query({ person })}`, { method: "POST" }),
  kpis: (at: string | null) => request<KpiList>(`/api/kpis${query({ at })}`),
  versions: (layer: string) => request<VersionList>(`/api/layers/${part(layer)}/versions`),
  changes: (layer: string, since: string, until: string | null) =>
    request<ChangeList>(`/api/layers/${part(layer)}/changes${query({ since, until, limit: "50" })}`),
  value: (layer: string, lon: number, lat: number, signal: AbortSignal) =>
    request<RasterValue>(`/api/layers/${part(layer)}/value?lon=${lon.toFixed(6)}&lat=${lat.toFixed(6)}`, {
      signal,
    }),
  search: (q: string, near: [number, number] | null, at: string | null, signal: AbortSignal) =>
    request<SearchAnswer>(
      `/api/search${query({ q, near: near?.map((n) => n.toFixed(4)).join(",") ?? null, at })}`,
      { signal },
    ),
  around: (body: unknown, signal: AbortSignal) => request<Around>("/api/around", { ...post(body), signal }),
  positions: (since: number) =>
    request<{ turn: number; positions: Mover[] }>(`/api/positions?since=${since}`),
  positionsAt: (at: string, signal: AbortSignal) =>
    request<{ positions: Mover[] }>(`/api/positions${query({ at })}`, { signal }),
  incidents: (at: string | null) => request<{ incidents: IncidentHead[] }>(`/api/incidents${query({ at })}`),
  incident: (id: number, at: string | null) => request<Incident>(`/api/incidents/${id}${query({ at })}`),
  replay: (from: number, to: number) =>
    request<Replay>(
      `/api/replay${query({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })}`,
    ),
  storms: (at: string, signal: AbortSignal) =>
    request<FeatureCollection>(`/api/replay/storms${query({ at })}`, { signal }),
  openIncident: (body: unknown) => request<Incident>("/api/incidents", post(body)),
  changeIncident: (id: number, body: unknown) =>
    request<Incident>(`/api/incidents/${id}`, { ...post(body), method: "PATCH" }),
  noteIncident: (id: number, body: unknown) => request<Incident>(`/api/incidents/${id}/log`, post(body)),
  warnings: (incident: number) => request<{ warnings: Warning[] }>(`/api/incidents/${incident}/warnings`),
  draftWarning: (incident: number, body: unknown) =>
    request<Warning>(`/api/incidents/${incident}/warnings`, post(body)),
  rewriteWarning: (id: number, body: unknown) =>
    request<Warning>(`/api/warnings/${id}`, { ...post(body), method: "PATCH" }),
  approveWarning: (id: number, body: unknown) => request<Warning>(`/api/warnings/${id}/approve`, post(body)),
  warningFile: (id: number) => `/api/warnings/${id}/cap.xml`,
  live: (layer: string, key: string) =>
    request<{ changes: LiveLine[] }>(`/api/live/${part(layer)}/${part(key)}`),
  setLive: (layer: string, key: string, body: unknown) =>
    request<{ changes: LiveLine[] }>(`/api/live/${part(layer)}/${part(key)}`, post(body)),
  undoLive: (id: number, body: unknown) =>
    request<{ changes: LiveLine[] }>(`/api/live/undo/${id}`, post(body)),
  bases: () => request<BaseList>("/api/analysis/coverage/bases"),
  coverage: (body: CoverageRequest, signal: AbortSignal) =>
    request<Coverage>("/api/analysis/coverage", { ...post(body), signal }),
  aircraft: () => request<{ aircraft: Aircraft[] }>("/api/analysis/aircraft"),
  arrival: (asked: CoverageRequest, [lon, lat]: [number, number], signal: AbortSignal) =>
    request<{ places: Arrival[] }>("/api/analysis/arrival", {
      ...post({ ...plain(asked), places: [{ lon, lat }] }),
      signal,
    }),
  compare: (a: CoverageRequest, b: CoverageRequest) =>
    request<Comparison>("/api/analysis/compare", post({ a: plain(a), b: plain(b) })),
  site: (body: SiteRequest) => request<SiteJob>("/api/analysis/siting", post(body)),
  siteJob: (id: string) => request<SiteJob>(`/api/analysis/siting/${part(id)}`),
  siteStop: (id: string) => request<SiteJob>(`/api/analysis/siting/${part(id)}`, { method: "DELETE" }),
  /** The answer as a file, with the name the server gives it. */
  async coverageFile(form: string, body: CoverageRequest): Promise<{ name: string; blob: Blob }> {
    const response = await fetch(`/api/analysis/coverage/export/${part(form)}`, post(body));
    if (!response.ok) throw new RequestFailed(await problemOf(response), false);
    const said = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "");
    return { name: said?.[1] ?? `coverage.${form}`, blob: await response.blob() };
  },
  health: () => request<{ status: string }>("/health"),
};

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
