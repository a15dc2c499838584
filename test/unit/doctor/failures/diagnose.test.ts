import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnose, lineTells } from "../../../../src/doctor/failures/diagnose.ts";
import type { Evidence } from "../../../../src/doctor/failures/evidence.ts";
import { type RecordedFailure, recordedFailures } from "../../../support/recorded-failures.ts";
import { service } from "../../../support/sample-stack.ts";

const port = { hostIp: "127.0.0.1", host: 4000, container: 4000, protocol: "tcp" } as const;

const evidenceOf = (recorded: RecordedFailure): Evidence => {
  const { role, log = [], exitCode = null, startError = null, outOfMemory = false, environment = {} } = recorded;
  const { heard, reason = null } = recorded;
  return {
    service: service("thing", { role, environment, ports: [port] }),
    engine: "docker",
    ended: heard === undefined ? { exitCode, outOfMemory, startError } : null,
    heard: heard === undefined ? null : { why: heard, reason },
    log,
    users: null,
    volumes: [],
  };
};

const nothing: Evidence = {
  service: service("thing", { role: "gateway" }),
  engine: "docker",
  ended: { exitCode: 1, outOfMemory: false, startError: null },
  heard: null,
  log: [],
  users: null,
  volumes: [],
};

describe("the catalogue", () => {
  test.each(recordedFailures)("must know $name by what the real service said", (recorded) => {
    const error = diagnose(evidenceOf(recorded));
    expect(error).toMatchObject({ code: recorded.code, service: "thing" });
    expect(error?.message).toMatch(recorded.says);
    expect(error?.message).toContain(" ");
    expect(error?.fixes.length).toBeGreaterThan(0);
  });

  test.each(recordedFailures)("must tell $name the same with talk around it", (recorded) => {
    const { log, ...seen } = evidenceOf(recorded);
    const talk = ["starting", "INFO:     Started server process [1]", 'INFO: "GET /health/liveliness HTTP/1.1" 200 OK'];
    expect(diagnose({ ...seen, log: [...talk, ...log, ...talk] })?.code).toBe(recorded.code);
  });

  test.each([
    ["15", ["goat-dev up --set POSTGRES_IMAGE=postgres:15", "goat-dev upgrade", "goat-dev down --volumes"]],
    // Newer than what was tested: there is nothing to upgrade to.
    ["17", ["goat-dev up --set POSTGRES_IMAGE=postgres:17", "goat-dev down --volumes"]],
  ])("must lead data of Postgres %s to where it can be read, and on from there", (data, commands) => {
    const line = `DETAIL:  The data directory was initialized by PostgreSQL version ${data}, which is not compatible with this version 16.14.`;
    const error = diagnose({ ...nothing, service: service("db", { role: "database" }), log: [line] });
    expect(error?.code).toBe("database-version-mismatch");
    expect(error?.fixes.map(({ command }) => command)).toEqual(commands);
  });

  test("must mend by the command line of whose engine it is", () => {
    const seen = { ...nothing, log: ["exec /bin/sh: exec format error"] };
    const first = (product: object) => diagnose({ ...seen, ...product })?.fixes[0]?.command;
    expect(first({})).toMatch(/^docker image inspect /);
    expect(first({ product: "Podman" })).toMatch(/^podman image inspect /);
  });

  test("must guess nothing: words that are not known have no cause", () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 12 }).map((words) => words.join(" "))), (log) => {
        expect(diagnose({ ...nothing, log })).toBeNull();
      }),
    );
  });

  test("must not take a migration for failed that LiteLLM has mended by itself", () => {
    const log = [
      "litellm_proxy_extras - INFO - prisma db error: Error: P3009",
      "INFO:     Application startup complete.",
    ];
    expect(diagnose({ ...nothing, log })).toBeNull();
  });

  test("must prefer what proves more, then what was said last", () => {
    const log = [
      "Error: P1001: Can't reach database server at `postgres:5432`",
      "Error: P1000: Authentication failed against database server at `postgres`",
      "Database setup failed after multiple retries. The proxy cannot start safely.",
    ];
    expect(diagnose({ ...nothing, log })?.code).toBe("database-url-refused");
    const killed = { exitCode: 137, outOfMemory: true, startError: null };
    expect(diagnose({ ...nothing, ended: killed, log })?.code).toBe("service-out-of-memory");
  });

  test("must tell a line alone, for a note under it", () => {
    const seen = { service: service("litellm", { role: "gateway" }), engine: "docker" } as const;
    expect(lineTells("DATABASE_URL uses unsupported scheme 'mysql'", seen)?.code).toBe("database-url-invalid");
    expect(lineTells("INFO:     Application startup complete.", seen)).toBeNull();
  });
});
