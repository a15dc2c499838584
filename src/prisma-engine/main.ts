import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { messageOf } from "../errors/describe.ts";
import { systemClock } from "../platform/clock.ts";
import { type Failure, failureOf, unstarted } from "./failures.ts";

/** Where it is built, Prisma's engine lies beside this file. */
const programPath = fileURLToPath(new URL("query_engine.wasm", import.meta.url));

/** Below the ten seconds for which the client keeps asking whether its engine is there. */
const engineWaitMs = Number(process.env["GOAT_DEV_DATABASE_WAIT_MS"] || 9_000);
const commandWaitMs = Number(process.env["GOAT_DEV_DATABASE_WAIT_MS"] || 60_000);
const parentEveryMs = 100;
const trapStatus = 134;

const firstQuery = JSON.stringify({ query: 'mutation { result: queryRaw(query: "SELECT 1", parameters: "[]") }' });

const processors = availableParallelism();

const [role, ...rest] = process.argv.slice(2);
const run = role === "query-engine" ? serve : runCli;
run(rest).catch((error: unknown) => endUnstarted({ code: undefined, message: messageOf(error) }));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Logs only the kind of an unexpected error, since its message may quote a query. */
function tellKind(error: unknown): void {
  say(`query-engine: unexpected: ${error instanceof Error ? error.name : typeof error}`);
  // After a trap the engine's memory cannot be trusted; LiteLLM starts another.
  if (error instanceof WebAssembly.RuntimeError) process.exit(trapStatus);
}

function endBroken(error: unknown): never {
  tellKind(error);
  process.exit(1);
}

/** Ends this process with its parent. A killed parent sends no signal, but its child then has another parent id. */
function endWithParent(): void {
  const parent = Number(process.env["GOAT_DEV_PARENT"]) || process.ppid;
  setInterval(() => process.ppid === parent || process.exit(0), parentEveryMs);
}

function endUnstarted(failure: Failure): never {
  say(unstarted(failure));
  process.exit(1);
}

async function serve(args: readonly string[]): Promise<void> {
  process.title = "query-engine";
  const isKept = args[0] === "keep";
  process.on("SIGTERM", () => process.exit(0));
  // Ctrl-C reaches LiteLLM as well, which still needs the kept engine to store what was spent before it ends.
  process.on("SIGINT", () => isKept || process.exit(0));
  process.on("uncaughtException", endBroken);
  endWithParent();
  const { env } = process;
  const { openEngine } = await import("./engine.ts");
  const { databaseUrl, readAddress } = await import("./connections.ts");
  const { Database } = await import("./database.ts");
  const address = readAddress(databaseUrl(env["DATABASE_URL"], env["OVERWRITE_DATASOURCES"]), processors);
  const database = new Database(address, () => say("query-engine: an idle connection to the database broke"));
  const datamodelPath = env["PRISMA_DML_PATH"] ?? "";
  const wait = { clock: systemClock, signal: new AbortController().signal, limitMs: engineWaitMs };
  const reached = isKept
    ? undefined
    : database.reach(address, wait).catch((error: unknown) => endUnstarted(failureOf(error, address)));
  const datamodel = readFileSync(datamodelPath, "utf8");
  const program = new Uint8Array(readFileSync(programPath));
  const engine = await openEngine({ program, datamodel, database, clock: systemClock });
  // The first query makes the engine build its schema, which takes ten times as long: sent before a client waits.
  const warmUp = () => engine.query(firstQuery).catch(() => undefined);
  if (isKept) {
    await warmUp();
    const { openDoor } = await import("./door.ts");
    const door = { engine, database, datamodelPath, processors, wait, onFailure: tellKind };
    openDoor(door).listen({ fd: Number(args[1]) });
    return;
  }
  const { createEngineServer } = await import("./server.ts");
  await reached;
  const server = createEngineServer({ engine, onFailure: tellKind });
  server.listen(portOf(args), "127.0.0.1");
  await once(server, "listening");
  await warmUp();
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
