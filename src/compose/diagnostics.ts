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
  /** For what goat-dev does not support: an error, unless the service is switched off. */
  refuse(at: Position, message: string): void;
}

export function createReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const add = (level: Diagnostic["level"], at: Position, message: string): void => {
    const diagnostic: Diagnostic = { level, file: at.file, line: at.line, column: at.column, message };
    // The content of an anchor is read again for each alias, and would be reported as often.
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

/** The same report for a service that is switched off: what goat-dev does not support is no error there. */
export function forPartThatIsOff(report: Report): Report {
  return { ...report, refuse: () => undefined };
}

/** `file:line:column message` */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  return `${diagnostic.file}:${diagnostic.line}:${diagnostic.column} ${diagnostic.message}`;
}

/** The diagnostics of one level, by file, line and column. */
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
