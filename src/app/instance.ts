import { join } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { isGone } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import {
  type Instance,
  instanceVariables,
  portBlocks,
  portVariables,
  readInstance,
  stackOf,
} from "../project/instance.ts";
import { type Reservation, reservations } from "../project/registry.ts";
import { nameFromFolder } from "../project/root.ts";
import { userStateFolder } from "../project/state.ts";
import type { App } from "./app.ts";
import type { Environment } from "./read-environment.ts";

/**
 * The environment with the stack name and ports of this checkout's instance; unchanged where none is wanted. Throws
 * usage.
 */
export function withInstance(environment: Environment, app: App): Environment {
  const { wanted, kept } = instanceOf(environment, app);
  if (wanted === null) return environment;
  const { written } = environment;
  const instance = kept ?? firstBlock(wanted, environment, app);
  const own = instanceVariables(instance, { shell: app.env, written });
  return { ...environment, variables: { ...environment.variables, ...own } };
}

interface Known {
  /**
   * The instance's name, or `auto`: from --instance, else GOAT_DEV_INSTANCE, else what an earlier `up` saved. Null for
   * the default stack, and where --project-name or the shell's COMPOSE_PROJECT_NAME names the stack.
   */
  readonly wanted: string | null;
  /** The instance that an earlier `up` saved, where it is the wanted one; `auto` accepts any. Null otherwise. */
  readonly kept: Instance | null;
}

/** Which instance is wanted and which one is saved. Throws usage for a name that is not valid. */
export function instanceOf(environment: Environment, app: App): Known {
  const instance = readInstance(environment.project.stateDir);
  const wanted = wantedName(instance, environment, app);
  const isWanted = instance !== null && (wanted === "auto" || wanted === instance.name);
  return { wanted, kept: isWanted ? instance : null };
}

function wantedName(kept: Instance | null, { variables }: Environment, { options, env }: App): string | null {
  const asked = options.instance ?? variables["GOAT_DEV_INSTANCE"] ?? "";
  const isNamed = options.projectName !== undefined || env["COMPOSE_PROJECT_NAME"] !== undefined;
  if (isNamed && options.instance === undefined) return null;
  if (asked === "") return kept?.name ?? null;
  if (asked === "auto") return asked;
  if (/^[a-z0-9][a-z0-9_-]{0,49}$/.test(asked)) return asked;
  throw new GoatError("usage", `an instance's name is small letters, digits and - _, not ${JSON.stringify(asked)}`, {
    fixes: [{ command: "goat-dev up --instance auto", effect: "names it after this folder" }],
  });
}

/** The instance that `up` would choose if all ports of the first block were free. */
function firstBlock(wanted: string, environment: Environment, app: App): Instance {
  const { name, blocks, written } = choiceFor(wanted, environment, app);
  const [ports = {}] = blocks;
  return { name, stateDir: environment.project.stateDir, ports, written };
}

interface Choice {
  readonly name: string;
  /** Only blocks in which no port belongs to another folder's stack. */
  readonly blocks: Iterable<Readonly<Record<string, number>>>;
  readonly written: Instance["written"];
}

/** The name of a new instance, and the blocks of ports that it could have, in order. */
export function choiceFor(wanted: string, environment: Environment, app: App): Choice {
  const { project, written } = environment;
  const others = reservations(userStateFolder(app)).filter(
    ({ stateDir, folder }) => stateDir !== project.stateDir && !isGone(folder),
  );
  const base = basePorts(environment, app);
  const taken = new Set(others.flatMap(({ ports }) => ports));
  const name = wanted === "auto" ? freeName(nameFromFolder(project.root) || "here", others) : wanted;
  return {
    name,
    blocks: untaken(base, taken),
    written: Object.fromEntries(Object.keys(base).map((key) => [key, written[key] ?? null])),
  };
}

function* untaken(base: Readonly<Record<string, number>>, taken: ReadonlySet<number>): Choice["blocks"] {
  for (const ports of portBlocks(base)) if (Object.values(ports).every((port) => !taken.has(port))) yield ports;
}

/** The folder's name, with a number where another checkout's stack has that name already. */
function freeName(folder: string, others: readonly Reservation[]): string {
  const isTaken = (name: string): boolean => others.some(({ stack }) => stack === stackOf({ name }));
  let name = folder;
  for (let count = 2; isTaken(name); count++) name = `${folder}-${count}`;
  return name;
}

/** What the ports would be without an instance. */
function basePorts({ project, written }: Environment, { packageRoot }: App): Readonly<Record<string, number>> {
  const shipped = join(packageRoot, "dev", "docker-compose.yml");
  const texts = project.composeFiles.map((path) => readTextIfThere(path) ?? "");
  const text = project.shipped && texts.join("") === "" ? (readTextIfThere(shipped) ?? "") : texts.join("\n");
  return Object.fromEntries(
    Object.entries(portVariables(text)).map(([name, port]) => [name, Number(written[name]) || port]),
  );
}
