import { type Fields, isRecord } from "../model/fields.ts";

export type Path = readonly (string | number)[];

interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Checks that data has the expected shape; records what does not fit in `found`, and returns an empty value for it. */
export interface Problems {
  readonly found: readonly Problem[];
  map(value: unknown, path: Path): Fields;
  optionalMap(value: unknown, path: Path): Fields;
  optionalList(value: unknown, path: Path): readonly unknown[];
  text(value: unknown, path: Path): string | null;
  /** Finds a date where text is meant: 2024-06-01 without quotes. */
  noDate(value: unknown, path: Path): void;
}

export function createProblems(): Problems {
  const found: Problem[] = [];
  const mismatch = (value: unknown, path: Path, wanted: string): void => {
    const name = nameOf(path);
    const isMissing = value === undefined || value === null;
    const absent = path.length === 0 ? "empty" : "missing";
    found.push({ path, message: isMissing ? `${name} is ${absent}` : `${name} must be ${wanted}` });
  };
  const map = (value: unknown, path: Path): Fields => {
    if (isRecord(value)) return value;
    mismatch(value, path, "a map");
    return {};
  };
  return {
    found,
    map,
    optionalMap: (value, path) => (value === undefined || value === null ? {} : map(value, path)),
    optionalList: (value, path) => {
      if (value === undefined || value === null) return [];
      if (Array.isArray(value)) return value;
      mismatch(value, path, "a list");
      return [];
    },
    text: (value, path) => {
      if (typeof value === "string" && value !== "") return value;
      mismatch(value === "" ? null : value, path, "text");
      return null;
    },
    noDate: (value, path) => {
      if (value instanceof Date) mismatch(value, path, "text: put the date in quotes");
    },
  };
}

/** `model_list[0].litellm_params.model`, counted from 0 as YAML paths are; the root is "the config". */
function nameOf(path: Path): string {
  return path.length === 0
    ? "the config"
    : path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`)).join("");
}
