import type { ServerResponse } from "node:http";
import type { App } from "../app/app.ts";
import { logs } from "../app/logs.ts";
import { openProject } from "../app/project.ts";
import { restart } from "../app/restart.ts";
import { up } from "../app/up.ts";
import { GoatError } from "../errors/goat-error.ts";
import { fieldsOf, textOf } from "../model/fields.ts";
import { openEventStream } from "../pages/event-stream.ts";
import { pageHeaders } from "../pages/files.ts";
import type { Live } from "../pages/live.ts";

/** How many of the last lines are sent before new ones. */
const tail = 200;

/** Brings services up, reloads or restarts them. Every browser sees each step; nobody can be asked. Throws usage. */
export async function act(body: unknown, app: App, tell: Live["tell"]): Promise<unknown> {
  const { action, service } = fieldsOf(body);
  const name = textOf(service);
  const own = { takeOver: false, yes: false };
  const told: App = { ...app, ask: null, emit: (event) => tell("work", event) };
  const services = name === null ? [] : [name];
  if (action === "up") {
    const { demo } = await openProject(app);
    return up({ services, demo: demo !== null, example: "never", build: false, set: [], ...own }, told);
  }
  if (action === "reload" || action === "restart") {
    return restart({ services, example: false, hard: action === "restart", ...own }, told);
  }
  throw new GoatError("usage", "a service can be brought up, reloaded or restarted");
}

/** A service's last lines, then each as it comes, until the browser leaves. */
export async function streamLogs(service: string | null, response: ServerResponse, app: App): Promise<void> {
  const { send } = openEventStream(response, pageHeaders);
  const emit: App["emit"] = (event) => {
    if (event.type !== "log") return;
    const { service, at, line } = event;
    send("line", app.redact(JSON.stringify({ service, at, line })));
  };
  const services = service === null ? [] : [service];
  await logs({ services, follow: true, tail, since: null }, { ...app, emit });
  response.end();
}
