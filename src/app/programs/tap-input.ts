/** What is to happen to a program's calls on their way to the gateway. */
export interface TapInput {
  /** At the end, on stderr. */
  readonly bill: "line" | "table" | null;
  /** Where the bill goes as JSON. */
  readonly billFile: string | null;
  /** Each call, as it ends. */
  readonly show: boolean;
  /** The file that keeps each call and its answer. */
  readonly record: string | null;
  /** Fields of a request that do not count, such as metadata.user. */
  readonly ignore: readonly string[];
}

/** The file that answers in the gateway's place. */
export interface ReplayInput {
  readonly file: string;
  readonly repeat: "last" | "fail";
  readonly pace: "real" | "none";
  /** What is not in the file is asked of the gateway, and kept. */
  readonly recordMissing: boolean;
}

export function isAskedFor({ bill, billFile, show, record }: TapInput): boolean {
  return bill !== null || billFile !== null || show || record !== null;
}
