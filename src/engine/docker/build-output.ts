import { stripVTControlCharacters } from "node:util";

/** A step of a Dockerfile, with what it has printed last. */
export interface BuildStep {
  /** As the builder calls it: "2/5 RUN npm ci". */
  readonly name: string;
  readonly lines: readonly string[];
}

/** Follows a builder's output: the classic builder's text, or BuildKit's trace messages. */
export interface BuildOutput {
  /** Takes one more document. Returns the step that it shows as running or failed; null where it shows none. */
  add(document: BuildDocument): BuildStep | null;
  /** The step that failed, or was on last. */
  failed(): BuildStep | null;
}

/** One document of a build's stream. */
export interface BuildDocument {
  readonly stream?: string;
  readonly id?: string;
  readonly aux?: unknown;
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

export function createBuildOutput(): BuildOutput {
  const steps = new Map<string, Step>();
  let last: Step | null = null;
  const stepOf = (key: string): Step => {
    const step = steps.get(key) ?? { name: "", lines: [], failed: false };
    steps.set(key, step);
    return step;
  };
  const follow = (trace: Trace): BuildStep | null => {
    let now: Step | null = null;
    for (const { digest, name, started, completed, error } of trace.vertexes) {
      const step = stepOf(digest);
      step.name = isInternal(name) ? name : shown(name);
      step.failed = error !== "";
      if (!isInternal(name) && ((started && !completed) || step.failed)) now = step;
    }
    for (const { vertex, text } of trace.logs) print(stepOf(vertex), text);
    last = now ?? last;
    return now;
  };
  const read = (text: string): BuildStep | null => {
    const name = /^Step (\d+\/\d+ ?: .+)/i.exec(text)?.[1];
    if (name === undefined) {
      if (last !== null && !/^ ---> |^Removing intermediate container/.test(text)) print(last, text);
      return null;
    }
    last = { ...stepOf(name), name: shown(name) };
    return last;
  };
  return {
    add: ({ stream, id, aux }) => {
      if (id === "moby.buildkit.trace" && typeof aux === "string") return follow(readTrace(Buffer.from(aux, "base64")));
      return stream === undefined ? null : read(stream);
    },
    failed: () => [...steps.values()].find(({ failed, name }) => failed && !isInternal(name)) ?? last,
  };
}

interface Step extends BuildStep {
  name: string;
  lines: string[];
  failed: boolean;
}

const keptLines = 20;

function print(step: Step, text: string): void {
  const plain = stripVTControlCharacters(text);
  const lines = plain.split(/\r?\n|\r/).filter((line) => line.trim() !== "");
  step.lines = [...step.lines, ...lines].slice(-keptLines);
}

/** True for a step that is not in the Dockerfile: BuildKit does it for itself. */
function isInternal(name: string): boolean {
  return name.startsWith("[internal]") || name.startsWith("copy /context");
}

/** Shows both "[stage-0 2/3] RUN npm ci" and "2/3 : RUN npm ci" as "2/3 RUN npm ci". */
function shown(name: string): string {
  return name.replace(/^\[(?:stage-\d+ )?\s*([^\]]*)\] /, "$1 ").replace(/^(\d+\/\d+) ?: /, "$1 ");
}

interface Trace {
  readonly vertexes: readonly {
    readonly digest: string;
    readonly name: string;
    readonly started: boolean;
    readonly completed: boolean;
    readonly error: string;
  }[];
  readonly logs: readonly { readonly vertex: string; readonly text: string }[];
}

/** BuildKit's StatusResponse, as far as it is needed: vertexes are its field 1, logs its field 3. */
function readTrace(bytes: Buffer): Trace {
  const parts = fieldsOf(bytes);
  return {
    vertexes: parts.filter(({ field }) => field === 1).map(({ value }) => readVertex(fieldsOf(value))),
    logs: parts.filter(({ field }) => field === 3).map(({ value }) => readLog(fieldsOf(value))),
  };
}

function readVertex(parts: readonly Part[]) {
  const has = (field: number): boolean => parts.some((part) => part.field === field);
  return {
    digest: textOf(parts, 1),
    name: textOf(parts, 3),
    started: has(5),
    completed: has(6),
    error: textOf(parts, 7),
  };
}

function readLog(parts: readonly Part[]) {
  return { vertex: textOf(parts, 1), text: textOf(parts, 4) };
}

function textOf(parts: readonly Part[], field: number): string {
  return parts.find((part) => part.field === field)?.value.toString("utf8") ?? "";
}

interface Part {
  readonly field: number;
  /** Empty for a number. */
  readonly value: Buffer;
}

/** Protocol Buffers' wire format: a key (field and wire type), then a number, or a length and that many bytes. */
function fieldsOf(bytes: Buffer): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  while (at < bytes.length) {
    const key = number();
    const field = Math.floor(key / 8);
    const length = lengths[key % 8];
    const size = key % 8 === 2 ? number() : length;
    if (size === undefined) {
      // Wire type 0 is a number of any length. All other types are obsolete, and nothing can be read after them.
      if (key % 8 !== 0) return parts;
      number();
    }
    parts.push({ field, value: bytes.subarray(at, at + (size ?? 0)) });
    at += size ?? 0;
  }
  return parts;
}

/** Wire type -> bytes, for the types of a fixed length. */
const lengths: Readonly<Record<number, number>> = { 1: 8, 5: 4 };
