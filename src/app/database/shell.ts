import { databaseUser } from "../../doctor/failures/database-user.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { quoteForSh } from "../../platform/shell-quote.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { type ProgramInput, type RunReport, runProgram } from "../programs/program.ts";
import { type OpenStack, openProject, openStack } from "../project.ts";
import { needDatabase } from "./snapshot.ts";

export interface ShellInput {
  /** Where undefined, the one that the Compose file makes. */
  readonly database: string | undefined;
  /** SQL to run; empty for an interactive session. */
  readonly sql: readonly string[];
  readonly terminal: ProgramInput["terminal"];
}

/** A way to run psql. */
interface Psql {
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Runs psql until it ends: in the database's container, else this machine's own. Throws usage, service-not-ready,
 * command-not-found.
 */
export async function shell({ database: asked, sql, terminal }: ShellInput, app: App): Promise<RunReport> {
  const open = await openStack(app, await openProject(app));
  const { service, container } = await needDatabase(open, await observeStack(open.stack, open));
  const { ready } = service;
  const user = databaseUser(service);
  const database = asked ?? (ready.kind === "postgres" ? ready.database : "postgres");
  const args = ["--username", user, "--dbname", database, ...sql.flatMap((text) => ["--command", text])];
  const inside =
    open.info.kind === "docker" ? insideOf(container, args, open, app.ask !== null && sql.length === 0) : null;
  const beside: Psql | null =
    ready.kind === "postgres"
      ? {
          command: ["psql", "--host", ready.host, "--port", String(ready.port), ...args],
          variables: { PGPASSWORD: ready.password },
        }
      : null;
  return firstThere([inside, beside], terminal, app);
}

/** psql inside the container, by `docker exec` or `podman exec`, since these connect it to the user's terminal. */
function insideOf(container: string, args: readonly string[], { info }: OpenStack, onTerminal: boolean): Psql {
  const program = info.product === "Podman" ? "podman" : "docker";
  const command = [program, "exec", "--interactive", ...(onTerminal ? ["--tty"] : []), container, "psql", ...args];
  return { command, variables: { DOCKER_HOST: info.endpoint, CONTAINER_HOST: info.endpoint } };
}

async function firstThere(
  ways: readonly (Psql | null)[],
  terminal: ProgramInput["terminal"],
  app: App,
): Promise<RunReport> {
  for (const way of ways) {
    if (way === null) continue;
    try {
      return await runProgram({ command: way.command, terminal }, { ...way, tapped: null, anthropic: false }, app);
    } catch (error) {
      if (!(error instanceof GoatError) || error.code !== "command-not-found") throw error;
    }
  }
  const address = ways.at(-1)?.command.slice(1, 5).map(quoteForSh).join(" ");
  throw new GoatError("command-not-found", "psql is not on this machine", {
    evidence: address === undefined ? [] : [`it would be called with ${address}`],
    fixes: [{ command: "sudo apt-get install postgresql-client", effect: "brings it; on macOS brew install libpq" }],
  });
}
