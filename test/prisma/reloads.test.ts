import { createHash } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { awkwardFolder, type LocalPostgres, localPostgres } from "../support/local-postgres.ts";
import { startTraces } from "../support/reloading-litellm.ts";
import { familyOf, type Litellm, megabytes, startLitellm } from "./litellm.ts";

const { missing, machine } = inject("prisma");
const reloads = Number(process.env["GOAT_DEV_RELOADS"] || 6);
/** What a process makes of itself in its first calls is no growth. */
const settledAfter = 3;
/** The reload is what shall be busy. */
const betweenCallsMs = 200;
const limitMs = 300_000 + reloads * 20_000;

interface Size {
  readonly launcherMb: number;
  readonly servingMb: number;
  readonly files: number;
  readonly servingFiles: number;
  readonly threads: number;
  readonly servingThreads: number;
  readonly processes: number;
  readonly engine: number;
  readonly connections: number;
}

describe.skipIf(missing !== null)(`a gateway that is reloaded ${reloads} times`, { timeout: limitMs }, () => {
  const { folder, remove } = missing === null ? awkwardFolder() : { folder: "", remove: async () => {} };
  let postgres: LocalPostgres;
  let traces: Awaited<ReturnType<typeof startTraces>>;
  let litellm: Litellm;

  beforeAll(async () => {
    postgres = await localPostgres(machine, folder);
    await postgres.start();
    traces = await startTraces();
    mkdirSync(join(folder, "litellm"));
    litellm = await startLitellm(postgres.login(), join(folder, "litellm"), {
      LANGFUSE_HOST: traces.baseUrl,
      LANGFUSE_PUBLIC_KEY: "pk",
      LANGFUSE_SECRET_KEY: "sk",
      LANGFUSE_FLUSH_AT: "2",
    });
    await litellm.ready();
  }, limitMs);
  afterAll(async () => {
    await litellm?.stop();
    await traces?.[Symbol.asyncDispose]();
    await postgres?.stop();
    await remove();
  }, limitMs);

  const until = async (test: () => Promise<boolean> | boolean): Promise<void> => {
    for (const signal = AbortSignal.timeout(60_000); !(await test()); ) await systemClock.sleep(100, signal);
  };

  /** Once the former process has ended. */
  const sizeNow = async (): Promise<Size> => {
    const launcher = litellm.child.pid ?? 0;
    await until(() => familyOf(launcher).length === 3);
    const serving = litellm.serving();
    const [found] = await postgres.query<{ readonly n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    return {
      launcherMb: Math.round(megabytes(launcher)),
      servingMb: Math.round(megabytes(serving)),
      files: readdirSync(`/proc/${launcher}/fd`).length,
      servingFiles: readdirSync(`/proc/${serving}/fd`).length,
      threads: readdirSync(`/proc/${launcher}/task`).length,
      servingThreads: readdirSync(`/proc/${serving}/task`).length,
      processes: familyOf(launcher).length,
      engine: litellm.engine(),
      connections: found?.n ?? 0,
    };
  };

  test("must not grow, and lose no call, no trace and no spend of before, during and after each", async () => {
    expect(await litellm.reload("first")).toMatchObject({ ok: true });
    const key = await litellm.makeKey();
    const wanted: string[] = [];
    const failed: string[] = [];
    const call = async (name: string): Promise<void> => {
      wanted.push(name);
      const { status, body } = await litellm.chat(key, { metadata: { trace_id: name } });
      if (status !== 200) failed.push(`${name}: ${status} ${body}`);
    };
    const sizes: Size[] = [];
    for (let round = 0; round < reloads; round += 1) {
      await call(`before-${round}`);
      const reloading = litellm.reload(`round-${round}`);
      let over = false;
      void reloading.finally(() => (over = true)).catch(() => undefined);
      for (let n = 0; !over; n += 1) {
        await call(`during-${round}-${n}`);
        await systemClock.sleep(betweenCallsMs, new AbortController().signal);
      }
      expect(await reloading).toMatchObject({ ok: true });
      await call(`after-${round}`);
      sizes.push(await sizeNow());
    }
    const [first, last] = [sizes[Math.min(settledAfter, reloads - 1)], sizes.at(-1)];
    process.stderr.write(
      `${reloads} reloads, ${wanted.length} calls: ${JSON.stringify(first)}, then ${JSON.stringify(last)}\n`,
    );
    expect(failed).toEqual([]);
    await until(() => wanted.every((name) => traces.traces.has(name)));
    const token = createHash("sha256").update(key).digest("hex");
    await until(async () => {
      const [found] = await postgres.query<{ readonly logs: number; readonly same: boolean }>(
        `SELECT count(*)::int AS logs, abs(sum(spend) - (SELECT spend FROM "LiteLLM_VerificationToken" WHERE token = '${token}')) < 1e-6 AS same
         FROM "LiteLLM_SpendLogs" WHERE api_key = '${token}'`,
      );
      return found?.logs === wanted.length && found.same;
    });
    if (first === undefined || last === undefined) throw new Error("no reload");
    // The engine goes from one configuration to the next.
    for (const name of ["files", "threads", "processes", "engine"] as const) expect(last[name]).toBe(first[name]);
    // The engine opens connections as it needs them; a call more or less may be under way, or a thread for it be there already.
    expect(last.connections).toBeLessThan(first.connections + 5);
    expect(last.servingFiles).toBeLessThan(first.servingFiles + 10);
    expect(last.servingThreads).toBeLessThan(first.servingThreads + 10);
    expect(last.launcherMb).toBeLessThan(first.launcherMb + 30);
    expect(last.servingMb).toBeLessThan(first.servingMb + 60);
  });
});
