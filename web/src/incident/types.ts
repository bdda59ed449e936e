/** Incidents and live values as the server tells of them. */

export type IncidentHead = {
  id: number;
  number: string;
  title: string;
  hazard: string | null;
  lon: number;
  lat: number;
  happened_at: string;
  footprint: Record<string, unknown>;
  status: "open" | "closed";
  rev: number;
  created_by: string;
  created_at: string;
};

export type LogLine = {
  id: number;
  at: string;
  person: string;
  action: "opened" | "changed" | "closed" | "reopened" | "note";
  text: string;
  detail: Record<string, unknown>;
};

export type Incident = IncidentHead & { log: LogLine[] };

export type LiveLine = {
  id: number;
  layer: string;
  key: string;
  field: string;
  value: string | number | null;
  before: string | number | null;
  note: string;
  person: string;
  at: string;
  undone_by: string | null;
  undone_at: string | null;
};
