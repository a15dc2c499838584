import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { shortPath } from "../../platform/format.ts";
import { list } from "../../platform/text.ts";
import { containerOf } from "../../stack/plan/containers.ts";
import { checkNames } from "../../stack/plan/graph.ts";
import { localUpgrade, majorChange, planUpgrade, type ServiceUpgrade } from "../../stack/plan/upgrade.ts";
import { databaseService } from "../../stack/run/database.ts";
import type { App } from "../app.ts";
import { databaseVolumeNames, databaseVolumes } from "../delete-data.ts";
import { type OpenStack, openProject, openStack } from "../project.ts";
import type { Environment } from "../read-environment.ts";
import { readCompose } from "../read-project.ts";

/** Postgres cannot read another major version's data: it goes into a new volume, and the old one stays as it is. */
interface DatabaseMove {
  /** Majors of Postgres. */
  readonly from: number;
  readonly to: number;
  readonly volume: string;
  readonly newVolume: string;
}

export interface UpgradePlan {
  /** The stack's name. */
  readonly stack: string;
  readonly services: readonly ServiceUpgrade[];
  /** What it writes into .env. */
  readonly variables: Readonly<Record<string, string>>;
  /** Null where the data stays where it is. */
  readonly move: DatabaseMove | null;
  /** Why it cannot be done as things are; null where it can. */
  readonly obstacle: { readonly text: string; readonly fix: Fix } | null;
  readonly nothingToDo: boolean;
}

/** Compares the stack's versions with those that were tested together; changes nothing. Throws unknown-service. */
export function readUpgrade(open: OpenStack, observed: ObservedStack, names: readonly string[], app: App): UpgradePlan {
  const { stack, info } = open;
  checkNames(stack, names);
  const isAsked = ({ service }: ServiceUpgrade): boolean => names.length === 0 || names.includes(service);
  const planned =
    info.kind === "docker"
      ? settled(planUpgrade(stack.services).filter(isAsked), open, app)
      : localUpgrade(stack.services, observed.services).filter(isAsked);
  const changing = planned.filter(({ standing }) => standing === "upgrade");
  const nothingToDo = changing.length === 0;
  const plan = { stack: stack.name, services: planned, move: null, obstacle: null, nothingToDo };
  if (info.kind !== "docker") return { ...plan, variables: {}, obstacle: otherMajor(changing) };
  const images = imagesOf(changing);
  const { move, obstacle } = moveOf(changing, open, observed, app);
  if (move === null) return { ...plan, variables: images, obstacle: obstacle ?? inShell(images, app) };
  const { written, ...told } = move;
  const variables = { ...images, POSTGRES_VOLUME: written };
  return { ...plan, variables, move: told, obstacle: inShell(variables, app) };
}

/** Services whose image does not follow the variable keep the image that the Compose file names. */
function settled(planned: readonly ServiceUpgrade[], open: OpenStack, app: App): readonly ServiceUpgrade[] {
  const changing = planned.filter(({ standing }) => standing === "upgrade");
  const after = readWith(imagesOf(changing), open, app);
  return planned.map((one) => {
    const image = after.services.find(({ name }) => name === one.service)?.run.docker?.image;
    return one.standing !== "upgrade" || image === one.to ? one : { ...one, to: one.from, standing: "fixed" };
  });
}

function imagesOf(changing: readonly ServiceUpgrade[]): Readonly<Record<string, string>> {
  return Object.fromEntries(changing.map(({ variable, to }) => [variable, to]));
}

function readWith(variables: Readonly<Record<string, string>>, { environment }: OpenStack, app: App): StackSpec {
  return readCompose(app.options, withVariables(environment, variables)).stack;
}

function withVariables(environment: Environment, more: Readonly<Record<string, string>>): Environment {
  return { ...environment, variables: { ...environment.variables, ...more } };
}

/** The stack as it will be once these variables are in .env. */
export async function openWith(
  variables: Readonly<Record<string, string>>,
  { environment }: OpenStack,
  app: App,
): Promise<OpenStack> {
  // The warnings about the Compose file have been emitted already.
  const quiet = { ...app, emit: () => undefined };
  return openStack(app, await openProject(quiet, { environment: withVariables(environment, variables) }));
}

type Obstacle = UpgradePlan["obstacle"];

interface Moving {
  /** `written` is the new value of POSTGRES_VOLUME. */
  readonly move: (DatabaseMove & { readonly written: string }) | null;
  readonly obstacle: Obstacle;
}

/** Where the data goes, if there is any and Postgres's major version changes. */
function moveOf(changing: readonly ServiceUpgrade[], open: OpenStack, observed: ObservedStack, app: App): Moving {
  const staying: Moving = { move: null, obstacle: null };
  const service = databaseService(open.stack);
  const upgraded = changing.find((one) => one.service === service?.name);
  const major = upgraded === undefined ? null : majorChange(upgraded);
  if (service === null || major === null) return staying;
  const [volume, ...others] = databaseVolumes(open, observed);
  if (volume === undefined && containerOf(open.stack, service, observed) === undefined) return staying;
  const nameWith = (written: string): string | undefined =>
    databaseVolumeNames(readWith({ ...imagesOf(changing), POSTGRES_VOLUME: written }, open, app))[0];
  const written = freeName(open, major.to, (candidate) => {
    const name = nameWith(candidate);
    return name !== volume && observed.volumes.some((one) => one.name === name);
  });
  const newVolume = nameWith(written);
  if (volume === undefined || others.length > 0 || newVolume === undefined || newVolume === volume) {
    return { move: null, obstacle: noVolume(service.name, open, app) };
  }
  return { move: { ...major, volume, newVolume, written }, obstacle: null };
}

/** A name for the new volume: `postgres-data-16`, or `…-16-2` where an earlier attempt has left one of that name. */
function freeName({ environment }: OpenStack, major: number, isTaken: (written: string) => boolean): string {
  const now = environment.variables["POSTGRES_VOLUME"] || "postgres-data";
  const name = `${now.replace(/(?:-\d+){1,2}$/, "")}-${major}`;
  let candidate = name;
  for (let count = 2; isTaken(candidate); count += 1) candidate = `${name}-${count}`;
  return candidate;
}

function noVolume(service: string, { stack, environment }: OpenStack, app: App): Obstacle {
  const file = shortPath(app, environment.project.composeFiles[0] ?? "");
  const name = `name: \${COMPOSE_PROJECT_NAME:-${stack.name}}_\${POSTGRES_VOLUME:-postgres-data}`;
  return {
    text: `the data of ${service} has to go into another volume, and ${file} leaves no way to name one`,
    fix: { command: `$EDITOR ${file}`, effect: `give its volume this line: ${name}` },
  };
}

function inShell(variables: Readonly<Record<string, string>>, { env }: App): Obstacle {
  const names = Object.keys(variables).filter((name) => env[name] !== undefined && env[name] !== variables[name]);
  if (names.length === 0) return null;
  const text = `${list(names)} of this shell would win over what is written into .env`;
  return { text, fix: { command: `unset ${names.join(" ")}`, effect: "lets .env say it" } };
}

/** Without Docker there is no Postgres at hand that could read the data of another major version. */
function otherMajor(changing: readonly ServiceUpgrade[]): Obstacle {
  const found = changing.flatMap((one) => {
    const major = one.variable === "POSTGRES_IMAGE" ? majorChange(one) : null;
    return major === null ? [] : [{ ...one, ...major }];
  })[0];
  if (found === undefined) return null;
  const { service, from, to } = found;
  const text = `the data of ${service} is of Postgres ${from}; without Docker this goat-dev has Postgres ${to} alone, which can read neither it nor its snapshots`;
  const effect = "says where the data lies: move it aside to keep it, and begin with an empty database";
  return { text, fix: { command: `goat-dev up ${service}`, effect } };
}

export function refuse(obstacle: NonNullable<Obstacle>): GoatError {
  return new GoatError("usage", `nothing was changed: ${obstacle.text}`, { fixes: [obstacle.fix] });
}
