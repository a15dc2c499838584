/** Where something stands; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic extends Position {
  readonly level: "error" | "warning";
  readonly message: string;
}

/** Collects what is wrong, so that all of it can be said at once. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  error(at: Position, message: string): void;
  warning(at: Position, message: string): void;
  /** An error where the service runs: goat-dev cannot do what is asked for. */
  refuse(at: Position, message: string): void;
}

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const add = (level: Diagnostic["level"], at: Position, message: string): void => {
    const diagnostic: Diagnostic = { level, file: at.file, line: at.line, column: at.column, message };
    // An anchor's content is read once for each alias.
    const key = `${level} ${formatDiagnostic(diagnostic)}`;
    if (seen.has(key)) return;
    seen.add(key);
    diagnostics.push(diagnostic);
  };
  return {
    diagnostics,
    error: (at, message) => add("error", at, message),
    warning: (at, message) => add("warning", at, message),
    refuse: (at, message) => add("error", at, message),
  };
}

/** The same, for a part of the file that does not run: it may ask for what cannot be done. */
export function forPartThatIsOff(report: Report): Report {
  return { ...report, refuse: () => undefined };
}

/** `file:line:column message` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.file}:${diagnostic.line}:${diagnostic.column} ${diagnostic.message}`;
}

/** Those of one level, in reading order. */
export function sorted(diagnostics: readonly Diagnostic[], level: Diagnostic["level"]): readonly Diagnostic[] {
  return diagnostics
    .filter((diagnostic) => diagnostic.level === level)
    .toSorted(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    );
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
