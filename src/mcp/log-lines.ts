import type { App } from "../app/app.ts";
import { logs } from "../app/logs.ts";
import type { LogLine } from "../engine/engine.ts";

/** The last lines as one answer; notes under them go out as they do for people. */
export async function logLines(
  services: readonly string[],
  tail: number,
  app: App,
): Promise<{ readonly lines: readonly LogLine[] }> {
  const lines: LogLine[] = [];
  const emit: App["emit"] = (event) => {
    if (event.type !== "log") return app.emit(event);
    const { type: _type, ...line } = event;
    lines.push(line);
  };
  await logs({ services, follow: false, tail, since: null }, { ...app, emit });
  return { lines };
}
