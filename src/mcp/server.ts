import type { Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, type CallToolResult, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { App } from "../app/app.ts";
import { describe } from "../errors/describe.ts";
import { failureReport, GoatError } from "../errors/goat-error.ts";
import { nearest } from "../platform/text.ts";
import { readInput } from "./input.ts";
import type { Tool } from "./tool.ts";
import { tools } from "./tools.ts";

export interface McpInput {
  /** Offer the tools that change something, too. */
  readonly allowChanges: boolean;
  /** What the client writes to, and reads from. */
  readonly streams: { readonly stdin: Readable; readonly stdout: Writable };
}

export interface McpReport {
  /** Why it ended. */
  readonly ended: "interrupted" | "the client left";
}

/** Serves an agent over its own pipes until it leaves. Each call reads the project anew. */
export async function serveMcp({ allowChanges, streams }: McpInput, app: App): Promise<McpReport> {
  const offered = tools.filter(({ changes }) => allowChanges || changes === null);
  const server = new Server(
    { name: "goat-dev", version: app.version },
    { capabilities: { tools: {} }, instructions: allowChanges ? withChanges : readOnly },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered.map(described) }));
  const pending = new Set<Promise<unknown>>();
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal }) => {
    const called = { ...app, ask: null, signal: AbortSignal.any([app.signal, signal]) };
    const answered = answer(params.name, params.arguments, offered, called);
    pending.add(answered);
    return answered.finally(() => pending.delete(answered));
  });
  const left = new Promise<McpReport["ended"]>((resolve) => {
    streams.stdin.once("end", () => resolve("the client left"));
    streams.stdin.once("close", () => resolve("the client left"));
    app.signal.addEventListener("abort", () => resolve("interrupted"), { once: true });
  });
  await server.connect(new StdioServerTransport(streams.stdin, streams.stdout));
  const ended = await left;
  // Requests that came before the client closed its end are still answered, as for a script that pipes them in.
  await turn();
  await Promise.all(pending);
  await turn();
  await server.close();
  return { ended };
}

const about = "goat-dev runs a local LLM gateway (LiteLLM, with Postgres and Langfuse) for this project.";
const readOnly = `${about} These tools only look; what changes something is for a person to type, or needs --allow-changes.`;
const withChanges = `${about} Ask for the plan before up; look at doctor where something is not ready.`;

function described({ name, description, properties, required = [], changes }: Tool) {
  return {
    name,
    description,
    inputSchema: {
      type: "object" as const,
      properties: { ...properties },
      required: [...required],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: changes === null,
      destructiveHint: changes?.destructive ?? false,
      idempotentHint: changes?.idempotent ?? true,
      openWorldHint: changes?.openWorld ?? name === "doctor",
    },
  };
}

/** Answers with the tool's report as JSON, or with its failure and the fixes. Secrets of .env are masked in both. */
async function answer(name: string, given: unknown, offered: readonly Tool[], app: App): Promise<CallToolResult> {
  const notes: string[] = [];
  const emit: App["emit"] = (event) => {
    if (event.type === "notice") notes.push(event.text);
  };
  const say = (data: object): CallToolResult["content"] =>
    [JSON.stringify(data), ...notes].map((text) => ({ type: "text", text: app.redact(text) }));
  try {
    const tool = toolNamed(name, offered);
    const report = await tool.call(readInput(given, tool.properties), { ...app, emit });
    return { content: say(Object(report)) };
  } catch (error) {
    return { content: say(failureReport(describe(error))), isError: true };
  }
}

function toolNamed(name: string, offered: readonly Tool[]): Tool {
  const found = offered.find((tool) => tool.name === name);
  if (found !== undefined) return found;
  if (tools.some((tool) => tool.name === name)) {
    throw new GoatError("usage", `${name} changes something, and this server only looks`, {
      fixes: [{ command: "goat-dev mcp --allow-changes", effect: "is what the client has to start" }],
    });
  }
  const near = nearest(
    name,
    offered.map((tool) => tool.name),
  );
  throw new GoatError("usage", `there is no tool ${name}${near === undefined ? "" : `; did you mean ${near}?`}`);
}
