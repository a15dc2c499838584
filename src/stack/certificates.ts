import { createHash } from "node:crypto";
import { join } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import type { Mount, ServiceSpec, StackSpec } from "../model/stack.ts";
import { atomicWrite, kindOf, makeFolder } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";

/** Certificates of the user's own together with those that every program trusts. */
export interface CertificateBundle {
  /** The file's name contains a hash of the user's own certificates. */
  readonly path: string;
  /**
   * Call this only to write the file: loading the certificates that every program trusts takes longer than everything
   * else that `status` does by itself.
   */
  text(): Promise<string>;
}

type Variables = Readonly<Record<string, string | undefined>>;

const ownVariable = "GOAT_DEV_CA_FILE";

/** Variables that may name the user's certificates; the first one that is set counts. */
const sources = [ownVariable, "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] as const;

/** Variables in which Python programs look for certificates: its TLS module reads the first, `requests` the second. */
const readers = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"] as const;

/** The bundle, below `folder`, of the file that a variable names. Null where that is no file with certificates. */
export function certificateBundle(variables: Variables, folder: string): CertificateBundle | null {
  const source = sources.find((name) => (variables[name] ?? "") !== "");
  if (source === undefined) return null;
  const own = certificatesIn(variables[source] ?? "");
  if (own === null) return null;
  const hash = createHash("sha256").update(own).digest("hex").slice(0, 12);
  return { path: join(folder, `ca-${hash}.pem`), text: () => withEveryones(own) };
}

async function withEveryones(own: string): Promise<string> {
  const { rootCertificates } = await import("node:tls");
  return `${[own.trimEnd(), ...rootCertificates].join("\n")}\n`;
}

function certificatesIn(file: string): string | null {
  const text = readTextIfThere(file) ?? "";
  return text.includes("-----BEGIN CERTIFICATE-----") ? text : null;
}

/** Called before anything starts; stopping needs no certificates. Throws usage where GOAT_DEV_CA_FILE has none. */
export function needCertificates(variables: Variables): void {
  const file = variables[ownVariable] ?? "";
  if (file === "" || certificatesIn(file) !== null) return;
  throw new GoatError("usage", `${ownVariable} is ${file}, which holds no certificate in PEM`, {
    fixes: [{ command: `ls -l ${file}`, effect: "shows what is there; certificates are in PEM" }],
  });
}

/** A shell's variables, with the bundle under each name that an installing program may read. Throws file-unwritable. */
export async function installVariables(variables: Variables, folder: string): Promise<Variables> {
  const bundle = certificateBundle(variables, folder);
  if (bundle === null) return variables;
  if (kindOf(bundle.path) === "missing") {
    await makeFolder(folder);
    await atomicWrite(bundle.path, await bundle.text(), 0o644);
  }
  const names = [...readers, "PIP_CERT", "NODE_EXTRA_CA_CERTS"];
  const own = Object.fromEntries(names.map((name) => [name, bundle.path]));
  return variables[ownVariable] ? { ...variables, ...own } : { ...own, ...variables };
}

/** The stack with a gateway that trusts the bundle; unchanged where its Compose file names certificates for it. */
export function withCertificates(stack: StackSpec, { path }: CertificateBundle): StackSpec {
  const services = stack.services.map((service) => (service.role === "gateway" ? trusting(service, path) : service));
  return { ...stack, services };
}

function trusting(service: ServiceSpec, path: string): ServiceSpec {
  const { docker } = service.run;
  if (docker === undefined || readers.some((name) => service.environment[name] !== undefined)) return service;
  const target = `/etc/goat-dev/${path.split("/").at(-1)}`;
  const mount: Mount = { kind: "bind", source: path, target, readOnly: true, createHostPath: false };
  const environment = { ...service.environment, ...Object.fromEntries(readers.map((name) => [name, target])) };
  return { ...service, environment, run: { ...service.run, docker: { ...docker, mounts: [...docker.mounts, mount] } } };
}
