import { failureReport, type GoatError } from "../../errors/goat-error.ts";
import type { StampedEvent, View } from "../../events/events.ts";
import { createLines, type ViewOptions, writeLine } from "./plain.ts";

/** One JSON document on stdout, written at the end; a command with many answers prints one document a line. */
export function createJsonView({ stdout }: Pick<ViewOptions, "stdout">): View {
  let command = "";
  /** True once the command has given one of many answers: each is a document of its own. */
  let isLines = false;
  let result: { readonly data: unknown } | null = null;
  let error: GoatError | null = null;
  const lines = createLines(stdout);

  const on = (event: StampedEvent): void => {
    if (event.type !== "log") lines.flush();
    switch (event.type) {
      case "run-started":
        command = event.command;
        break;
      case "log":
        if (command === "logs") lines.add(JSON.stringify(logDocument(event)));
        break;
      case "row":
        isLines = true;
        writeLine(stdout, JSON.stringify(event.data));
        break;
      case "result":
        result = event;
        break;
      case "error":
        error ??= event.error;
    }
  };
  const close = async (): Promise<void> => {
    const isMany = isLines || command === "logs";
    if (error === null && (isMany || result === null)) return;
    const fields = result === null ? {} : fieldsOf(result.data);
    const failure = error === null ? {} : { ok: false, error: failureReport(error) };
    const whole = { version: 1, ...fields, ...failure };
    writeLine(stdout, JSON.stringify(whole, null, isMany ? 0 : 2));
  };
  return { on, close };
}

function logDocument({ service, at, stream, line }: Extract<StampedEvent, { readonly type: "log" }>): object {
  return {
    service,
    at,
    stream,
    line,
  };
}

function fieldsOf(data: unknown): object {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data : { data };
}

/** One event a line on stdout; the first also has the version of the format. */
export function createJsonStreamView({ stdout, verbose }: Pick<ViewOptions, "stdout" | "verbose">): View {
  let first = true;
  return {
    on: (event) => {
      if (event.type === "detail" && !verbose) return;
      const data = event.type === "error" ? { ...event, error: failureReport(event.error) } : event;
      writeLine(stdout, JSON.stringify(first ? { version: 1, ...data } : data));
      first = false;
    },
    close: async () => undefined,
  };
}
