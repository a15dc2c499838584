import type { App } from "../app/app.ts";
import type { LogLine } from "../engine/engine.ts";
import { changing } from "./changing.ts";
import { services, type Tool, upInput } from "./tool.ts";

const looking: readonly Omit<Tool, "changes">[] = [
  {
    name: "status",
    description:
      "Every service of the local LLM stack: ready or why not, its address, and what changed since it started.",
    properties: {},
    call: async (_given, app) => (await import("../app/status.ts")).status({}, app),
  },
  {
    name: "plan",
    description: "What `up` would do, step by step, and why; nothing is done.",
    properties: { services },
    call: async (given, app) =>
      (await import("../app/up.ts")).planUp({ ...upInput, services: given.texts("services") }, app),
  },
  {
    name: "doctor",
    description:
      "Checks machine, engine, files, keys, ports, database, tracing and gateway: what is wrong, and what to type.",
    properties: { online: { type: "boolean", description: "ask the providers whether they take the keys" } },
    call: async (given, app) => {
      const { doctor } = await import("../app/doctor/doctor.ts");
      return doctor({ checks: [], online: given.flag("online"), fix: false, report: false }, app);
    },
  },
  {
    name: "explain",
    description: "What an error code of goat-dev means, and what to do about it.",
    properties: { codes: { type: "array", items: { type: "string" }, description: "such as port-taken" } },
    required: ["codes"],
    call: async (given) => (await import("../app/explain.ts")).explain({ codes: given.texts("codes") }),
  },
  {
    name: "logs",
    description: "The last lines that the services said, with a note under a line that tells a known failure.",
    properties: {
      services,
      tail: { type: "integer", minimum: 1, maximum: 2_000, default: 100, description: "lines of each service" },
    },
    call: (given, app) => logLines(given.texts("services"), given.count("tail", 100), app),
  },
  {
    name: "config",
    description: "The Compose stack as it is understood, variables filled in, secrets masked.",
    properties: {},
    call: async (_given, app) => (await import("../app/config.ts")).config({ showSecrets: false }, app),
  },
  {
    name: "models",
    description:
      "Every model of the gateway: provider, whether its key is set, whether it is served, price, and why it cannot be asked.",
    properties: { usable: { type: "boolean", description: "only what can be asked now" } },
    call: async (given, app) => {
      const { models } = await import("../app/models/list.ts");
      return models({ usable: given.flag("usable"), local: false }, app);
    },
  },
  {
    name: "models_check",
    description: "Mistakes in the LiteLLM configs, each with line and column; nobody is asked.",
    properties: {},
    call: async (_given, app) => (await import("../app/models/check.ts")).check({}, app),
  },
  {
    name: "traces",
    description:
      "The newest calls that went through the gateway: model, tokens, cost, how long each took, first words.",
    properties: {
      limit: { type: "integer", minimum: 1, maximum: 200, default: 20, description: "so many" },
      model: { type: "string", description: "as the config names it, or the provider" },
      failed: { type: "boolean", description: "only what failed" },
    },
    call: async (given, app) => {
      const { traces } = await import("../app/traces/list.ts");
      const filter = given.flag("failed") ? { failed: true } : {};
      const limit = given.count("limit", 20);
      return traces({ filter, model: given.text("model"), slower: undefined, limit }, app);
    },
  },
  {
    name: "trace",
    description: "One call whole: messages, tools, answer, parameters, cost, and the error as the provider said it.",
    properties: { id: { type: "string", description: "its id, the beginning of it, or last" } },
    required: ["id"],
    call: async (given, app) =>
      (await import("../app/traces/show.ts")).showTrace({ id: given.text("id") ?? "last" }, app),
  },
  {
    name: "spend",
    description: "What calls cost, and what is left of the budget.",
    properties: {
      by: { type: "string", enum: ["model", "day", "key", "tag", "user"], default: "model", description: "grouped by" },
      days: { type: "integer", minimum: 1, maximum: 366, default: 7, description: "from so many days ago" },
    },
    call: async (given, app) => {
      const { spend } = await import("../app/spend.ts");
      const since = new Date(app.clock.date().getTime() - given.count("days", 7) * 86_400_000).toISOString();
      return spend({ by: given.text("by") ?? "model", since }, app);
    },
  },
  {
    name: "stacks",
    description: "Every stack of this machine: folder, ports, size, last use.",
    properties: {},
    call: async (_given, app) => (await import("../app/stacks/list.ts")).stacks({}, app),
  },
  {
    name: "snapshots",
    description: "The database's snapshots that are there, the newest first.",
    properties: {},
    call: async (_given, app) => (await import("../app/database/snapshot.ts")).snapshots({}, app),
  },
];

/** In the order in which clients list them. */
export const tools: readonly Tool[] = [...looking.map((tool) => ({ ...tool, changes: null })), ...changing];

/** The last lines as one answer; notes about known failures are emitted, as they are for people. */
async function logLines(
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
  const { logs } = await import("../app/logs.ts");
  await logs({ services, follow: false, tail, since: null }, { ...app, emit });
  return { lines };
}
