import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { waitForTrace } from "../../src/tracing/wait.ts";
import { closedPort } from "../support/fake-server.ts";
import { litellmCall, recorderKeys } from "../support/recorder-server.ts";
import { openTestDatabase } from "../support/test-database.ts";

const entry = fileURLToPath(new URL("../../dist/recorder/main.js", import.meta.url));
const built = existsSync(entry);
const database = built ? await openTestDatabase() : { ok: false as const, reason: "not built: npm run build" };
const running = new Set<ChildProcessWithoutNullStreams>();

const urlOf = ({ host, port, user, password, database: name }: PostgresOptions): string =>
  `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${name}`;

const start = (databaseUrl: string) => {
  const env = {
    DATABASE_URL: databaseUrl,
    PORT: "0",
    HOSTNAME: "127.0.0.1",
    LANGFUSE_LOG_LEVEL: "debug",
    LANGFUSE_INIT_PROJECT_ID: "goat",
    LANGFUSE_INIT_PROJECT_PUBLIC_KEY: recorderKeys.publicKey,
    LANGFUSE_INIT_PROJECT_SECRET_KEY: recorderKeys.secretKey,
  };
  const child = spawn(process.execPath, [entry], { env });
  running.add(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(said);
      if (match !== null) return match;
      const code = await Promise.race([once(child.stdout, "data").then(() => undefined), ended]);
      if (code !== undefined && !pattern.test(said)) throw new Error(`ended with ${code}: ${said}`);
    }
  };
  return { child, ended, until, said: () => said };
};

const post = (baseUrl: string, batch: readonly unknown[]): Promise<Response> =>
  fetch(`${baseUrl}/api/public/ingestion`, {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${recorderKeys.publicKey}:${recorderKeys.secretKey}`)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ batch }),
  });

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  }
  running.clear();
});

describe.skipIf(!built)("the recorder as a process", () => {
  it("must end with status 1 and say what is missing", async () => {
    const recorder = start("");
    expect(await recorder.ended).toBe(1);
    expect(recorder.said()).toContain("DATABASE_URL is missing");
  });

  it("must wait for its database, say so, and end when it is told to", async () => {
    const port = await closedPort();
    const recorder = start(`postgresql://postgres:not-to-be-shown@127.0.0.1:${port}/langfuse`);
    await recorder.until(/waiting for database langfuse at 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    recorder.child.kill("SIGTERM");
    expect(await recorder.ended).toBe(0);
    expect(recorder.said()).not.toContain("not-to-be-shown");
  });
});

const suite = (options: PostgresOptions, close: () => Promise<void>): void => {
  afterAll(close);

  it("must not wait where the password is wrong", async () => {
    const recorder = start(urlOf({ ...options, password: "not-the-password" }));
    expect(await recorder.ended).toBe(1);
    expect(recorder.said()).toContain("password authentication failed");
  });

  it.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)(
    "must keep traces over an end by %s, with clients connected",
    async (name) => {
      const access = (baseUrl: string) => ({ baseUrl, pageUrl: baseUrl, ...recorderKeys, service: "langfuse" });
      const listening = /listens on (127\.0\.0\.1:\d+)/;
      const first = start(urlOf(options));
      const firstUrl = `http://${(await first.until(listening))[1]}`;
      expect((await post(firstUrl, litellmCall(name))).status).toBe(207);
      first.child.kill(name);
      expect(await first.ended).toBe(0);

      const second = start(urlOf(options));
      const secondUrl = `http://${(await second.until(listening))[1]}`;
      const wait = { signal: new AbortController().signal, clock: systemClock, timeoutMs: 5_000 };
      expect(await waitForTrace(access(secondUrl), name, wait)).toMatchObject({ id: name, totalTokens: 10 });
      second.child.kill(name);
      expect(await second.ended).toBe(0);
      expect(first.said() + second.said()).not.toContain(recorderKeys.secretKey);
    },
  );
};

if (database.ok) {
  describe("the recorder as a process, with its database", () => suite(database.options, database.close));
} else {
  describe.skip(`the recorder as a process, with its database (${database.reason})`, () => {
    it("must keep traces over an end", () => {});
  });
}
