import type { Progress } from "../engine.ts";

/** One document of a pull's stream. */
export interface PullEvent {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

interface Layer {
  readonly current: number;
  readonly total: number;
  readonly stage: "waiting" | "downloading" | "downloaded" | "extracting" | "done";
}

export type Layers = ReadonlyMap<string, Layer>;

const absent: Layer = { current: 0, total: 0, stage: "waiting" };

const next = (layer: Layer, event: PullEvent): Layer | null => {
  const { current = 0, total = layer.total } = event.progressDetail ?? {};
  switch (event.status) {
    case "Pulling fs layer":
    case "Waiting":
      return { ...layer, stage: "waiting" };
    case "Downloading":
      return { current: Math.max(layer.current, current), total: Math.max(total, current), stage: "downloading" };
    case "Verifying Checksum":
    case "Download complete":
      return { ...layer, current: layer.total, stage: "downloaded" };
    case "Extracting":
      return { ...layer, current: layer.total, stage: "extracting" };
    case "Pull complete":
    case "Already exists":
      return { ...layer, current: layer.total, stage: "done" };
    default:
      return null;
  }
};

/** The layers after one more event; unchanged for one that is about no layer. */
export const advance = (layers: Layers, event: PullEvent): Layers => {
  const layer = event.id === undefined ? null : next(layers.get(event.id) ?? absent, event);
  return layer === null || event.id === undefined ? layers : new Map(layers).set(event.id, layer);
};

/** All layers as one number: bytes fetched of those known so far. */
export const toProgress = (layers: Layers): Progress => {
  const all = [...layers.values()];
  const current = all.reduce((sum, layer) => sum + layer.current, 0);
  const total = all.reduce((sum, layer) => sum + layer.total, 0);
  const fetching = all.some((layer) => layer.stage === "waiting" || layer.stage === "downloading");
  const text = fetching || all.length === 0 ? "pulling" : "extracting";
  return total === 0 ? { text } : { text, current, total };
};
