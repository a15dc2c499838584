import { openInBrowser } from "../../platform/browser.ts";
import type { App } from "../app.ts";
import { traceAddress } from "./show.ts";

export interface OpenInput {
  /** A trace's id, its beginning, or `last`; the whole page where left out. */
  readonly id: string | undefined;
  readonly browser: boolean;
}

export interface OpenedReport {
  readonly url: string;
  /** What to log in with; null where the Compose file does not say. */
  readonly login: string | null;
  /** False where no browser could be opened, or none was to be. */
  readonly opened: boolean;
}

/** Langfuse's own page in the browser. Throws usage, service-not-ready, tracing-refused. */
export async function openTraces({ id, browser }: OpenInput, app: App): Promise<OpenedReport> {
  const { url, login } = await traceAddress(id, app);
  const opened = browser && (await openInBrowser(url, app, app.signal));
  if (browser && !opened) app.emit({ type: "notice", level: "info", text: "no browser could be opened here" });
  return { url, login, opened };
}
