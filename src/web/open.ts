import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { App } from "../app/app.ts";
import { GoatError } from "../errors/goat-error.ts";
import { readPageFiles } from "../pages/files.ts";
import { newSecret } from "../pages/guard.ts";
import { openInBrowser } from "../platform/browser.ts";
import { createApi } from "./api.ts";
import { createPageServer } from "./server.ts";

export interface OpenInput {
  /** False prints the address only. */
  readonly browser: boolean;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface OpenReport {
  readonly url: string;
  /** Why it ended. */
  readonly ended: "interrupted" | "nobody looked";
}

const idleMs = 3_600_000;
const lookMs = 10_000;

/** Serves the page on this machine alone until Ctrl-C, or until nobody has looked at it for an hour. */
export async function openPage({ browser, port }: OpenInput, app: App): Promise<OpenReport> {
  const token = newSecret();
  let visitedAt = app.clock.now();
  const api = createApi(app);
  const server = createPageServer({
    files: readPageFiles(join(app.packageRoot, "dist", "web")),
    token,
    answer: api.answer,
    explain: api.explain,
    onVisit: () => {
      visitedAt = app.clock.now();
    },
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening").catch((error: unknown) => {
    throw new GoatError("port-taken", `port ${port} is taken`, {
      fixes: [{ command: "goat-dev open", effect: "takes one that is free" }],
      cause: error,
    });
  });
  const { port: chosen } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${chosen}/`;
  try {
    await tellAddress(`${url}?token=${token}`, chosen, browser, app);
    for (;;) {
      await app.clock.sleep(lookMs, app.signal);
      if (api.listeners() > 0) visitedAt = app.clock.now();
      if (app.clock.now() - visitedAt > idleMs) return { url, ended: "nobody looked" };
    }
  } catch (error) {
    if (app.signal.aborted) return { url, ended: "interrupted" };
    throw error;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Prints the address, whose token lets one browser in. It is a notice, so that it is in no report. */
async function tellAddress(address: string, port: number, browser: boolean, app: App): Promise<void> {
  const say = (text: string): void => app.emit({ type: "notice", level: "bare", text });
  const opened = browser && (await openInBrowser(address, app, app.signal));
  say(opened ? `The page is open in your browser: ${address}` : `Open this in a browser: ${address}`);
  const isRemote = Boolean(app.env["SSH_CONNECTION"] || app.env["SSH_TTY"]);
  if (isRemote && !opened) say(`From another machine, first there: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE`);
  say("Ctrl-C ends it.");
}
