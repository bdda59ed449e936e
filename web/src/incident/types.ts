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

export type WarningColour = "red" | "orange" | "yellow" | "blue";
export type WarningText = `${"headline" | "description" | "instruction"}${"" | "_en"}`;

/** A warning; Exercise until a second person has approved it. */
export type Warning = {
  id: number;
  incident: number;
  identifier: string;
  colour: WarningColour;
  texts: Record<WarningText, string>;
  rev: number;
  status: "Exercise" | "Actual";
  written_by: string;
  approved_by: string | null;
  approved_at: string | null;
};

export type LogLine = {
  id: number;
  at: string;
  person: string;
  action:
    | "opened"
    | "changed"
    | "closed"
    | "reopened"
    | "note"
    | "warning_drafted"
    | "warning_changed"
    | "warning_approved";
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
