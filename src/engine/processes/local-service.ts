import { isAbsolute, join } from "node:path";
import type { ContainerSpec, PortSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { logFolder, type ProjectStore, volumeFolder } from "./project-store.ts";
import type { Container, ContainerRecord, RecordedMount } from "./records.ts";
import type { LocalService } from "./runtime.ts";
import { type Address, type Translation, translateCommand, translateEnvironment, translateText } from "./translate.ts";

/** This machine's address of each port of a stack's services, under all their names; published wins over exposed. */
export function addressesOf(stack: StackSpec): readonly Address[] {
  return stack.services.flatMap((service) =>
    namesOf(service).flatMap((name) => [
      ...publishedAs(name, service.ports),
      ...exposedAs(name, service.run.docker).filter(
        ({ port }) => !publishedAs(name, service.ports).some((published) => published.port === port),
      ),
    ]),
  );
}

function namesOf({ name, run }: ServiceSpec): readonly string[] {
  return [
    ...new Set([
      name,
      ...(run.docker?.networks ?? []).flatMap(({ aliases }) => aliases),
      ...[run.docker?.containerName, run.docker?.hostname].filter((other) => other !== undefined),
    ]),
  ];
}

function publishedAs(name: string, ports: readonly PortSpec[]): readonly Address[] {
  return ports.flatMap(({ hostIp, host, container, protocol }) =>
    host === null || protocol === "udp" ? [] : [{ service: name, port: container, here: hereOf(hostIp, host) }],
  );
}

const everywhere = ["", "0.0.0.0", "::", "*"];

function hereOf(hostIp: string, port: number): string {
  const host = everywhere.includes(hostIp) ? "127.0.0.1" : hostIp;
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Ports that only other services would see: all processes share this machine's loopback, so they are reached there. */
function exposedAs(name: string, spec: ContainerSpec | undefined): readonly Address[] {
  return (spec?.expose ?? []).flatMap((text) => {
    const port = Number(/^(\d+)(?:\/tcp)?$/.exec(text)?.[1]);
    return Number.isNaN(port) ? [] : [{ service: name, port, here: hereOf("", port) }];
  });
}

/** A container's service as a process of this machine sees it, translated from its record. */
export function toLocalService({ name, record }: Container, store: ProjectStore): LocalService {
  const translation = translationOf(record, store);
  const workingDir = translateText(record.workingDir, translation);
  return {
    service: record.service,
    container: name,
    command: translateCommand(record.command, translation),
    environment: translateEnvironment(record.environment, translation),
    ports: record.ports,
    mounts: mountsOf(record, store),
    workingDir: moved(workingDir, record, store),
    logFolder: logFolder(store, record.id),
  };
}

function translationOf(record: ContainerRecord, store: ProjectStore): Translation {
  return {
    addresses: record.addresses,
    paths: mountsOf(record, store),
  };
}

function mountsOf(record: ContainerRecord, store: ProjectStore): LocalService["mounts"] {
  return record.mounts.map((mount) => ({ target: mount.target, kind: mount.kind, path: pathOf(mount, record, store) }));
}

function pathOf(mount: RecordedMount, record: ContainerRecord, store: ProjectStore): string {
  return mount.kind === "bind" ? moved(mount.source, record, store) : volumeFolder(store, mount.name);
}

/** The path; one inside the project follows it where the project has moved since the record was written. */
function moved(path: string, { project }: ContainerRecord, store: ProjectStore): string {
  return project !== store.project && isInside(path, project) ? `${store.project}${path.slice(project.length)}` : path;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Translates a command that was written to run in the service's container, where its own ports are on localhost. */
export function toLocalCommand(
  command: readonly string[],
  { record }: Container,
  store: ProjectStore,
): readonly string[] {
  const { addresses, paths } = translationOf(record, store);
  const own = ["localhost", "127.0.0.1"].flatMap((host) => publishedAs(host, record.ports));
  return translateCommand(command, { addresses: [...addresses, ...own], paths });
}

/** The service's working directory; the project's folder in place of one that only the image has. */
export function workingDirOf(stack: StackSpec, spec: ContainerSpec): string {
  const asked = spec.workingDir;
  const isMounted = spec.mounts.some(({ target }) => asked !== undefined && isInside(asked, target));
  if (asked === undefined || (isAbsolute(asked) && !isMounted)) return stack.workingDir;
  return isAbsolute(asked) ? asked : join(stack.workingDir, asked);
}

/** The variables of the user's shell that programs need to run at all; others only the Compose file can set. */
const names = [
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
];

export function passedOn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
