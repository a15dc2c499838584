import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { messageOf } from "../errors/describe.ts";
import { systemClock } from "../platform/clock.ts";

/** Where it is built, Prisma's engine lies beside this file. */
const programPath = fileURLToPath(new URL("query_engine.wasm", import.meta.url));

/** The client asks for ten seconds whether its engine is there. */
const engineWaitMs = Number(process.env["GOAT_DEV_DATABASE_WAIT_MS"] || 9_000);
const commandWaitMs = Number(process.env["GOAT_DEV_DATABASE_WAIT_MS"] || 60_000);
const parentEveryMs = 100;
const trapStatus = 134;

const firstQuery = JSON.stringify({ query: 'mutation { result: queryRaw(query: "SELECT 1", parameters: "[]") }' });

const processors = availableParallelism();

const [role, ...rest] = process.argv.slice(2);
const run = role === "query-engine" ? serve : runCli;
run(rest).catch((error: unknown) => endUnstarted(undefined, messageOf(error)));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Its words may quote a query, so only its kind is told. */
function tellKind(error: unknown): void {
  say(`query-engine: unexpected: ${error instanceof Error ? error.name : typeof error}`);
  // After a trap the engine's memory cannot be trusted; LiteLLM starts another.
  if (error instanceof WebAssembly.RuntimeError) process.exit(trapStatus);
}

function endBroken(error: unknown): never {
  tellKind(error);
  process.exit(1);
}

/** A parent that is killed tells nobody: its child finds itself with another one. */
function endWithParent(): void {
  const parent = Number(process.env["GOAT_DEV_PARENT"]) || process.ppid;
  setInterval(() => process.ppid === parent || process.exit(0), parentEveryMs);
}

function databaseUrl(): string {
  const overwritten: readonly { readonly url?: string }[] = JSON.parse(process.env["OVERWRITE_DATASOURCES"] || "[]");
  return overwritten[0]?.url ?? process.env["DATABASE_URL"] ?? "";
}

/** As the native engine says that it cannot start. */
function endUnstarted(code: string | undefined, message: string): never {
  say(JSON.stringify({ is_panic: false, message, meta: {}, error_code: code ?? null, backtrace: null }));
  process.exit(1);
}

async function serve(args: readonly string[]): Promise<void> {
  process.title = "query-engine";
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
  process.on("uncaughtException", endBroken);
  endWithParent();
  const { openEngine } = await import("./engine.ts");
  const { openPool, readAddress } = await import("./connections.ts");
  const { failureOf } = await import("./failures.ts");
  const { createEngineServer } = await import("./server.ts");
  const { untilThere } = await import("./waiting.ts");
  const address = readAddress(databaseUrl(), processors);
  const pool = openPool(address, () => say("query-engine: an idle connection to the database broke"));
  const wait = { clock: systemClock, signal: new AbortController().signal, limitMs: engineWaitMs };
  const reached = untilThere(() => pool.query("SELECT 1"), wait).catch((error: unknown) => {
    const { code, message } = failureOf(error, address);
    endUnstarted(code, message);
  });
  const datamodel = readFileSync(process.env["PRISMA_DML_PATH"] ?? "", "utf8");
  const program = new Uint8Array(readFileSync(programPath));
  const engine = await openEngine({ program, datamodel, pool, address, clock: systemClock });
  await reached;
  const server = createEngineServer({ engine, onFailure: tellKind });
  server.listen(portOf(args), "127.0.0.1");
  await once(server, "listening");
  // The first query puts the engine's own schema together, which takes ten times as long as any other: before somebody waits for it.
  await engine.query(firstQuery).catch(() => undefined);
}

function portOf(args: readonly string[]): number {
  return Number(args[args.findIndex((arg) => arg === "-p" || arg === "--port") + 1]);
}

async function runCli(args: readonly string[]): Promise<void> {
  const { runCommandLine } = await import("./command-line.ts");
  const out = (line: string): void => void process.stdout.write(`${line}\n`);
  process.exitCode = await runCommandLine({
    args,
    processors,
    out,
    err: say,
    cwd: process.cwd(),
    databaseUrl: process.env["DATABASE_URL"],
    clock: systemClock,
    signal: new AbortController().signal,
    waitMs: commandWaitMs,
  });
}
