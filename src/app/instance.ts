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

/** An environment as this checkout's own instance has it, where it has one. Throws usage. */
export function withInstance(environment: Environment, app: App): Environment {
  const { wanted, kept } = instanceOf(environment, app);
  if (wanted === null) return environment;
  const { written } = environment;
  const instance = kept ?? firstBlock(wanted, environment, app);
  const own = instanceVariables(instance, { shell: app.env, written });
  return { ...environment, variables: { ...environment.variables, ...own } };
}

interface Known {
  /** What `up` was told, else what .env says, else what an earlier `up` kept; null for the default stack, or one named otherwise. */
  readonly wanted: string | null;
  /** What an earlier `up` kept, where that is wanted; `auto` takes what there is. */
  readonly kept: Instance | null;
}

/** Throws usage. */
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

/** What `up` would choose if every port of it were free. */
function firstBlock(wanted: string, environment: Environment, app: App): Instance {
  const { name, blocks, written } = choiceFor(wanted, environment, app);
  const [ports = {}] = blocks;
  return { name, stateDir: environment.project.stateDir, ports, written };
}

interface Choice {
  readonly name: string;
  /** Those that no other folder's stack was brought up on. */
  readonly blocks: Iterable<Readonly<Record<string, number>>>;
  readonly written: Instance["written"];
}

/** Which ports an instance could have, in order. */
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

/** Two checkouts may be called alike. */
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
