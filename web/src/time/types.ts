/** What there is to replay, as the server tells of it. */

export type Change = { at: string; kind: "layer" | "incident" | "live" | "storm"; what: string };
export type StormSpan = { storm: string; name: string | null; begins: string; ends: string };
export type Replay = {
  begins: string;
  ends: string;
  layers_from: string | null;
  positions_from: string | null;
  moments: Change[];
  storms: StormSpan[];
};
