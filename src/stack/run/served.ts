import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { reachedAt } from "../../model/address.ts";
import { fieldsOf, listOf, textOf } from "../../model/fields.ts";
import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import { type ServiceSpec, type StackSpec, servedPath } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import { httpGet } from "../../platform/http.ts";
import { parseJson } from "../../platform/json.ts";
import type { EngineContext, Serving } from "../engine-context.ts";
import { publishedPort } from "../plan/endpoints.ts";
import { answerIn } from "./answer.ts";

/** A busy gateway answers late: after this its launcher is asked, which does nothing else and answers at once. */
const answerLimitMs = 1_000;

/** For the launcher's answer: without it a service is judged by its labels and may be recreated, so better wait. */
const questionLimitMs = 10_000;

type Asking = Pick<EngineContext, "engine" | "signal" | "serving">;

/** Answers of services that can reload, by service name. Disposing it ends the requests that are still open. */
interface Asked extends Disposable {
  readonly answers: ReadonlyMap<string, Promise<Answer>>;
}

/**
 * Asks services what they serve, while the engine observes the stack, which takes as long. Asks none where `serving`
 * already has an answer.
 */
export function askServed(stack: StackSpec, { signal, serving }: Asking): Asked {
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const asked = (serving?.size ?? 0) > 0 ? [] : stack.services.filter(({ reload }) => reload !== undefined);
  const answers = new Map(asked.map((service) => [service.name, askService(service, both)]));
  for (const answer of answers.values()) answer.catch(() => undefined);
  return { answers, [Symbol.dispose]: () => over.abort() };
}

/**
 * The observed stack, with what services that can reload say about themselves: the labels of a running container cannot
 * change, and a mounted file may be stale.
 */
export async function withServed(
  stack: StackSpec,
  observed: ObservedStack,
  { answers }: Asked,
  context: Asking,
): Promise<ObservedStack> {
  const told = async (found: ObservedService): Promise<ObservedService> => {
    const service = stack.services.find(({ name }) => name === found.name);
    if (service?.reload === undefined || found.state !== "running" || found.oneOff) return found;
    const life = `${found.container} ${found.startedAt}`;
    const status = [...service.reload.command, "status"];
    const known = context.serving?.get(life);
    const served = known ?? (await toldBy(service, status, found.container, answers.get(service.name), context));
    if (served === null) return found;
    context.serving?.set(life, served);
    const { fingerprint } = found;
    const stale = staleOf(service, served.files);
    return { ...found, stale, fingerprint: fingerprint && { ...fingerprint, ...served.variables } };
  };
  return { ...observed, services: await Promise.all(observed.services.map(told)) };
}

/** The service itself is asked first, which takes a few milliseconds. Null where neither it nor its launcher says. */
async function toldBy(
  service: ServiceSpec,
  status: readonly string[],
  container: string,
  answer: Promise<Answer> | undefined,
  { engine, signal }: Asking,
): Promise<Serving | null> {
  const served = await (answer ?? askService(service, signal));
  if (served === "another") return null;
  if (served?.variables.length === 0) return { files: served.files, variables: {} };
  const told = await decoration(signal, questionLimitMs, (limited) => engine.exec(container, status, limited));
  const said = answerIn(told?.output ?? "");
  if (served === null && said["ok"] !== true) return null;
  const variables = Object.entries(fieldsOf(said["environment"]));
  return {
    files: served?.files ?? fieldsOf(said["files"]),
    variables: Object.fromEntries(variables.map(([name, hash]) => [`environment.${name}`, textOf(hash) ?? "unset"])),
  };
}

export type Hashes = Serving["files"];

interface Served {
  readonly files: Hashes;
  /** Names of the variables that it was given since it was started. */
  readonly variables: readonly string[];
}

/** Null where nothing answers in time; "another" where the answer is not of a service that knows this request. */
type Answer = Served | "another" | null;

async function askService(service: ServiceSpec, signal: AbortSignal): Promise<Answer> {
  const port = publishedPort(service);
  if (port === null) return null;
  const url = `http://${reachedAt(port.hostIp)}:${port.host}${servedPath}`;
  const answer = await decoration(signal, answerLimitMs, (limited) => httpGet(url, limited));
  if (answer === null) return null;
  const { files, variables } = fieldsOf(parseJson(answer.text));
  if (answer.status !== 200 || files === undefined) return "another";
  return { files: fieldsOf(files), variables: listOf(variables).map(String) };
}

/** The files that are served with another content than they have on this machine, as a user would name them. */
export function staleOf(service: ServiceSpec, served: Hashes): readonly string[] {
  return Object.entries(served).flatMap(([target, hash]) => {
    const source = sourceOf(service, target);
    const wanted = service.files.find((file) => file.source === source)?.ownHash ?? hashOf(source);
    return wanted === hash ? [] : [nameOf(service, source)];
  });
}

/** Where a file of the container lies on this machine; without containers it is the same. */
export function sourceOf({ run }: ServiceSpec, target: string): string {
  const mounts = (run.docker?.mounts ?? []).flatMap((mount) => (mount.kind === "bind" ? [mount] : []));
  const over = mounts
    .filter((mount) => target === mount.target || target.startsWith(`${mount.target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
  return over === undefined ? target : `${over.source}${target.slice(over.target.length)}`;
}

/** A file's name for users: relative to the folder that mounted files are named from, else the whole path. */
export function nameOf({ files }: ServiceSpec, source: string): string {
  const known = files.find((file) => file.source === source);
  if (known !== undefined) return known.path;
  const roots = files
    .filter((file) => file.source.endsWith(`/${file.path}`))
    .map((file) => file.source.slice(0, -file.path.length));
  const root = roots.find((folder) => source.startsWith(folder));
  return root === undefined ? source : source.slice(root.length);
}

function hashOf(path: string): string | null {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}
