import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalService, Machine } from "../../../../src/engine/processes/runtime.ts";
import type { ContainerSpec, Mount, ServiceSpec } from "../../../../src/model/stack.ts";
import { readLinks } from "../../../../src/runtimes/postgres/fetch.ts";
import { readLsof } from "../../../../src/runtimes/postgres/leftovers.ts";
import { quoteText } from "../../../../src/runtimes/postgres/local-database.ts";
import { postgresRuntime } from "../../../../src/runtimes/postgres/runtime.ts";
import { nobodyIn } from "../../../../src/runtimes/postgres/server-user.ts";
import { port, service } from "../../../support/sample-stack.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";

const machine: Machine = {
  cache: "/home/u/.cache/goat-dev",
  packageRoot: "/p",
  nodePath: "/n/node",
  version: "1",
  env: {},
  home: "/home/u",
  platform: "linux",
  arch: "x64",
  uid: 1000,
  pid: 1,
};
const runtime = postgresRuntime(machine);
const volume: Mount = { kind: "volume", volume: "data", target: "/var/lib/postgresql/data", readOnly: false };
const initFolder = (source: string): Mount => ({
  kind: "bind",
  source,
  target: "/docker-entrypoint-initdb.d",
  readOnly: true,
  createHostPath: false,
});

const database = (changes: Partial<ServiceSpec> & { readonly docker?: Partial<ContainerSpec> } = {}): ServiceSpec =>
  service("db", {
    environment: { POSTGRES_PASSWORD: "secret" },
    ports: [port(5433, 5432)],
    ...changes,
    docker: { mounts: [volume], ...changes.docker },
  });

describe("what is refused before anything starts", () => {
  test("must be nothing of the shipped service", () => {
    const shipped = join(import.meta.dirname, "../../../../dev/initdb");
    expect(runtime.refuse(database({ docker: { mounts: [volume, initFolder(shipped)] } }))).toBeNull();
  });

  test.each<[string, Parameters<typeof database>[0]]>([
    ["db: no volume holds its data (/var/lib/postgresql/data)", { docker: { mounts: [] } }],
    ["db: POSTGRES_PASSWORD is empty", { environment: {} }],
    ["db: it publishes no port for 5432", { ports: [] }],
    ["db: its command must be postgres and arguments, not sh", { docker: { mounts: [volume], command: ["sh"] } }],
    [
      "db: POSTGRES_HOST_AUTH_METHOD is known to the image only",
      { environment: { POSTGRES_PASSWORD: "secret", POSTGRES_HOST_AUTH_METHOD: "trust" } },
    ],
  ])("must be said: %s", (reason, changes) => {
    expect(runtime.refuse(database(changes))).toBe(reason);
  });

  test.each([["20-more.sh", "psql", "needs the image's shell and psql"]])(
    "must name the script %s",
    (name, text, reason) => {
      const folder = writeFiles(tempFolder(), { "10-fine.sql": "select 1;", "notes.txt": "\\x", [name]: text });
      const said = runtime.refuse(database({ docker: { mounts: [volume, initFolder(folder)] } }));
      expect(said).toContain(join(folder, name));
      expect(said).toContain(reason);
    },
  );

  test("must be a machine without programs", () => {
    const other = postgresRuntime({ ...machine, arch: "riscv64" });
    expect(other.refuse(database())).toBe("db: there are no Postgres programs for linux-riscv64");
  });
});

test("the image's name must say whose version runs, and stay so when it is asked again", () => {
  const asked = runtime.image(database({ docker: { image: "postgres:17", mounts: [volume] } }));
  expect(asked).toBe("postgres 16.14 (local, instead of postgres:17)");
  expect(runtime.image(database({ docker: { image: "postgres:16" } }))).toBe("postgres 16.14 (local)");
});

describe("launch", () => {
  const local: LocalService = {
    service: "db",
    container: "goat-db-1",
    command: ["postgres", "-c", "log_statement=all"],
    environment: { POSTGRES_PASSWORD: "secret", PGDATA: "/var/lib/postgresql/data/inner" },
    ports: [port(5433, 5432)],
    mounts: [
      { target: "/var/lib/postgresql", path: "/other", kind: "volume" },
      { target: "/var/lib/postgresql/data", path: "/v/data", kind: "volume" },
    ],
    workingDir: "/w",
    logFolder: "/l",
  };

  test("must run on the nearest mount's data, with the user's own arguments and no socket", () => {
    const { command, stopSignal, user } = runtime.launch(local);
    expect(command.slice(0, 5)).toEqual([
      "/home/u/.cache/goat-dev/postgres-16.14-linux-x64/native/bin/postgres",
      ...["-c", "log_statement=all", "-D", "/v/data/inner"],
    ]);
    expect(command).toContain("port=5433");
    expect(command).toContain("unix_socket_directories=");
    expect({ stopSignal, user }).toEqual({ stopSignal: "SIGINT", user: undefined });
  });

  test("must hold no secret and switch off nothing that keeps data safe", () => {
    expect(JSON.stringify(runtime.launch(local))).not.toMatch(/secret|fsync|synchronous_commit|full_page_writes/);
  });
});

test("nobody must be found by name, and never be root", () => {
  expect(nobodyIn("root:x:0:0::/:/bin/sh\nnobody:x:65534:65533:nobody:/:/x\n")).toEqual({ uid: 65534, gid: 65533 });
  expect(nobodyIn("nobodyelse:x:5:5:::\nnobody:x:0:0:::\n")).toBeUndefined();
});

test("a server must be known by its folder, not by a name that begins with it", () => {
  expect(readLsof("p12\nfcwd\nn/v/data\np13\nfcwd\nn/v/data2\np14\nfcwd\nn/v/data\n", "/v/data")).toEqual([12, 14]);
});

test("a password must stay one value on one line", () => {
  expect(quoteText("a'b\\c\nd")).toBe(String.raw`E'a''b\\c\nd'`);
});

test.each(['{"source":"a"}', '[{"source":"../a","target":"b"}]', '[{"source":"a","target":"/b"}]', "[1]"])(
  "a list of links must not lead out of its package: %s",
  (text) => {
    expect(() => readLinks(text)).toThrow("pg-symlinks.json");
  },
);
