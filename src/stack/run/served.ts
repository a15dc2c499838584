import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { reachedAt } from "../../model/address.ts";
import { fieldsOf, listOf, textOf } from "../../model/fields.ts";
import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import { type ServiceSpec, type StackSpec, servedPath } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import { httpGet } from "../../platform/http.ts";
import { parseJson } from "../../platform/json.ts";
import type { EngineContext } from "../engine-context.ts";
import { publishedPort } from "../plan/endpoints.ts";
import { answerIn } from "./answer.ts";

/** Who does not answer is judged by its labels, and made anew where they say so: better wait a little. */
const questionLimitMs = 5_000;

/** With what services that reload say of themselves: a label cannot change on a running container, and a mount may be stale. */
export async function withServed(
  stack: StackSpec,
  observed: ObservedStack,
  { engine, signal }: Pick<EngineContext, "engine" | "signal">,
): Promise<ObservedStack> {
  const told = async (found: ObservedService): Promise<ObservedService> => {
    const service = stack.services.find(({ name }) => name === found.name);
    if (service?.reload === undefined || found.state !== "running" || found.oneOff) return found;
    const { command } = service.reload;
    const served = await servedBy(service, signal);
    if (served === null) return found;
    const stale = await staleOf(service, served.files);
    if (served.variables.length === 0 || found.fingerprint === null) return { ...found, stale };
    const asked = await decoration(signal, questionLimitMs, (limited) =>
      engine.exec(found.container, [...command, "status"], limited),
    );
    return { ...found, stale, fingerprint: { ...found.fingerprint, ...variablesIn(asked?.output ?? "") } };
  };
  return { ...observed, services: await Promise.all(observed.services.map(told)) };
}

/** Their hashes, as `fingerprintOf` makes them. */
function variablesIn(output: string): Readonly<Record<string, string>> {
  const variables = Object.entries(fieldsOf(answerIn(output)["environment"]));
  return Object.fromEntries(variables.map(([name, hash]) => [`environment.${name}`, textOf(hash) ?? "unset"]));
}

/** Path -> SHA-256, as the service sees it; null for a file that is not there. */
export type Hashes = Readonly<Record<string, unknown>>;

interface Served {
  readonly files: Hashes;
  /** Names of those that it was given since it was started. */
  readonly variables: readonly string[];
}

/** Null where it does not say. */
export async function servedBy(service: ServiceSpec, signal: AbortSignal): Promise<Served | null> {
  const port = publishedPort(service);
  if (port === null) return null;
  const url = `http://${reachedAt(port.hostIp)}:${port.host}${servedPath}`;
  const answer = await decoration(signal, questionLimitMs, (limited) => httpGet(url, limited));
  if (answer?.status !== 200) return null;
  const { files, variables } = fieldsOf(parseJson(answer.text));
  return files === undefined ? null : { files: fieldsOf(files), variables: listOf(variables).map(String) };
}

/** What differs from this machine's files, as a user would name them. */
export async function staleOf(service: ServiceSpec, served: Hashes): Promise<readonly string[]> {
  const names = await Promise.all(
    Object.entries(served).map(async ([target, hash]) => {
      const source = sourceOf(service, target);
      return (await hashOf(source)) === hash ? [] : [nameOf(service, source)];
    }),
  );
  return names.flat();
}

/** Where a file of the container lies on this machine; without containers it is the same. */
export function sourceOf({ run }: ServiceSpec, target: string): string {
  const mounts = (run.docker?.mounts ?? []).flatMap((mount) => (mount.kind === "bind" ? [mount] : []));
  const over = mounts
    .filter((mount) => target === mount.target || target.startsWith(`${mount.target}/`))
    .sort((a, b) => b.target.length - a.target.length)[0];
  return over === undefined ? target : `${over.source}${target.slice(over.target.length)}`;
}

/** As a user would say it: beside a file whose name is known, else whole. */
export function nameOf({ files }: ServiceSpec, source: string): string {
  const known = files.find((file) => file.source === source);
  if (known !== undefined) return known.path;
  const roots = files
    .filter((file) => file.source.endsWith(`/${file.path}`))
    .map((file) => file.source.slice(0, -file.path.length));
  const root = roots.find((folder) => source.startsWith(folder));
  return root === undefined ? source : source.slice(root.length);
}

async function hashOf(path: string): Promise<string | null> {
  return readFile(path).then(
    (content) => createHash("sha256").update(content).digest("hex"),
    () => null,
  );
}
