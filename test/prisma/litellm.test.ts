import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { awkwardFolder, type LocalPostgres, localPostgres } from "../support/local-postgres.ts";
import { type Litellm, load, megabytes, startLitellm } from "./litellm.ts";

const { missing, machine, packageRoot } = inject("prisma");
const calls = Number(process.env["GOAT_DEV_PRISMA_CALLS"] || 120);
const awayMs = Number(process.env["GOAT_DEV_PRISMA_AWAY_MS"] || 4_000);
const limitMs = 300_000 + calls * 200;
const isRoot = process.getuid?.() === 0;

/** A file system of its own where there may be one, so that its disk can be full. */
const openDisk = (folder: string): (() => void) => {
  if (!isRoot) return () => {};
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m,mode=711", "goat-test", folder]);
  return () => void execFileSync("umount", ["--lazy", folder]);
};

interface Booked {
  /** Calls that the log of spend has. */
  readonly logs: number;
  /** What they cost. */
  readonly logged: number;
  /** What the key's own row says. */
  readonly spent: number;
  /** Logs whose cost is not what their tokens cost. */
  readonly wrong: number;
}

describe.skipIf(missing !== null)("LiteLLM on its database", { sequential: true, timeout: limitMs }, () => {
  const { folder, remove } = missing === null ? awkwardFolder() : { folder: "", remove: async () => {} };
  const disk = join(folder, "disk");
  let postgres: LocalPostgres;
  let [one, other]: readonly (Litellm | undefined)[] = [];
  let close = (): void => {};

  beforeAll(async () => {
    mkdirSync(disk);
    close = openDisk(disk);
    postgres = await localPostgres(machine, disk);
    await postgres.start();
  }, limitMs);
  afterAll(async () => {
    for (const litellm of [one, other]) await litellm?.stop();
    await postgres?.stop();
    close();
    await remove();
  }, limitMs);

  const started = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<Litellm> => {
    mkdirSync(join(folder, name), { recursive: true });
    return startLitellm(postgres.login(), join(folder, name), env);
  };
  const there = (litellm: Litellm | undefined): Litellm => {
    if (litellm === undefined) throw new Error("LiteLLM does not run");
    return litellm;
  };

  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    for (const signal = AbortSignal.timeout(limitMs); ; ) {
      const found = await look().catch(() => undefined);
      if (found !== undefined) return found;
      await systemClock.sleep(200, signal);
    }
  };

  const booked = async (key: string): Promise<Booked> => {
    const token = createHash("sha256").update(key).digest("hex");
    const [found] = await postgres.query<Booked>(`SELECT count(*)::int AS logs, coalesce(sum(spend), 0) AS logged,
      (SELECT spend FROM "LiteLLM_VerificationToken" WHERE token = '${token}') AS spent,
      count(*) FILTER (WHERE abs(spend - prompt_tokens * 0.001 - completion_tokens * 0.002) > 1e-12 OR spend = 0)::int AS wrong
      FROM "LiteLLM_SpendLogs" WHERE api_key = '${token}' AND status IS DISTINCT FROM 'failure'`);
    if (found === undefined) throw new Error("no row");
    return found;
  };
  /** What is booked once nothing is left to book: so many logs, and the key's spend is their sum. */
  const settled = (key: string, logs: number): Promise<Booked> =>
    until(async () => {
      const found = await booked(key);
      return found.logs >= logs && Math.abs(found.spent - found.logged) < 1e-6 ? found : undefined;
    });
  /** As a call costs, by the log's own tokens. */
  const priceOf = (found: Booked): number => found.logged / found.logs;

  test("two that start at once on nothing must both be ready, with each migration once", async () => {
    [one, other] = await Promise.all([started("one"), started("other")]);
    await Promise.all([one.ready(), other.ready()]);
    const doubled = `SELECT migration_name FROM "_prisma_migrations" GROUP BY 1 HAVING count(*) <> 1 OR count(finished_at) <> 1`;
    expect(await postgres.query(doubled)).toEqual([]);
  });

  test(`${calls} calls at 20 at once on each of two must not fail, and be booked exactly, in the same memory`, async () => {
    const [first, second] = [there(one), there(other)];
    const key = await first.makeKey({ max_budget: 1e9 });
    const half = { calls: calls / 2, atOnce: 20 };
    const both = async (): Promise<readonly string[]> =>
      (await Promise.all([load(first, key, half), load(second, key, half)])).flat();
    const failed = [...(await both())];
    const before = megabytes(first.engine());
    failed.push(...(await both()));
    expect(failed).toEqual([]);
    const found = await settled(key, calls * 2);
    const after = megabytes(first.engine());
    process.stderr.write(`engine: ${before.toFixed(0)} MB, then ${after.toFixed(0)} MB; ${JSON.stringify(found)}\n`);
    expect(found).toMatchObject({ logs: calls * 2, wrong: 0 });
    expect(found.spent).toBeCloseTo(calls * 2 * priceOf(found), 6);
    expect(after - before).toBeLessThan(40);
  });

  test("an engine that is killed must cost no call and no row", async () => {
    const litellm = there(one);
    const key = await litellm.makeKey();
    const [, failed] = await Promise.all([
      systemClock.sleep(300, AbortSignal.timeout(limitMs)).then(() => process.kill(litellm.engine(), "SIGKILL")),
      load(litellm, key, { calls, atOnce: 10 }),
    ]);
    expect(failed).toEqual([]);
    const found = await settled(key, calls);
    process.stderr.write(`engine killed: ${JSON.stringify(found)}\n`);
    expect(found).toMatchObject({ logs: calls, wrong: 0 });
  });

  test.each([
    ["killed", () => postgres.kill()],
    ["stopped", () => postgres.stop()],
  ] as const)("a Postgres that is %s for a while must leave no wrong row, and be found again", async (_how, end) => {
    const litellm = there(one);
    const key = await litellm.makeKey();
    const before = failedBookings(litellm);
    let failed: readonly string[] = [];
    const loading = load(litellm, key, { calls, atOnce: 10 }).then((found) => {
      failed = found;
    });
    await until(async () => ((await booked(key)).logs > 0 ? true : undefined));
    await end();
    await systemClock.sleep(awayMs, AbortSignal.timeout(limitMs));
    await postgres.start();
    await loading;
    await until(async () => ((await litellm.chat(key)).status === 200 ? true : undefined));
    const last = await litellm.makeKey();
    expect((await litellm.chat(last)).status).toBe(200);
    await settled(last, 1);
    const found = await booked(key);
    process.stderr.write(
      `Postgres away: ${JSON.stringify({ failed: [...new Set(failed)], all: failed.length, found })}\n`,
    );
    expect(found.wrong).toBe(0);
    // A job takes what is to be booked from its queue first, so what it fails with is lost: LiteLLM's own, which its log shows.
    const lost = found.logged - found.spent;
    expect(Math.abs(lost) < 1e-6 || failedBookings(litellm) > before, `lost: ${lost}`).toBe(true);
    const price = priceOf(found);
    expect(Math.abs(found.spent / price - Math.round(found.spent / price))).toBeLessThan(1e-6);
  });

  test.runIf(isRoot)("a full disk must leave no wrong row, and calls go on when there is room", async () => {
    const litellm = there(one);
    const key = await litellm.makeKey();
    expect((await litellm.chat(key)).status).toBe(200);
    await settled(key, 1);
    const before = droppedBy(litellm);
    const filler = join(disk, "filler");
    fill(filler);
    const failed = await load(litellm, key, { calls: 50, atOnce: 5 });
    await systemClock.sleep(3_000, AbortSignal.timeout(limitMs));
    rmSync(filler);
    await until(async () => {
      if ((await postgres.query("SELECT 1").catch(() => [])).length === 0) await postgres.start();
      return (await litellm.chat(await litellm.makeKey())).status === 200 ? true : undefined;
    });
    // A row of the log that Postgres refuses LiteLLM gives up, and says so: the key's own spend has it.
    const calls = 51 - failed.length;
    const found = await until(async () => {
      const seen = await booked(key);
      return seen.logs + droppedBy(litellm) - before >= calls && seen.spent > 0 ? seen : undefined;
    });
    process.stderr.write(`disk full: ${JSON.stringify({ failed, dropped: droppedBy(litellm) - before, found })}\n`);
    expect(found).toMatchObject({ wrong: 0, logs: calls - (droppedBy(litellm) - before) });
    const spent = await until(async () => {
      const { spent } = await booked(key);
      return spent > (calls - 0.5) * priceOf(found) ? spent : undefined;
    });
    expect(spent).toBeCloseTo(calls * priceOf(found), 6);
  });

  test("a LiteLLM that is killed must take its engine along, and leave whole rows only", async () => {
    const [litellm, next] = [there(one), there(other)];
    const key = await next.makeKey();
    const engine = litellm.engine();
    const loading = load(litellm, key, { calls, atOnce: 10 });
    await until(async () => ((await booked(key)).logs > 0 ? true : undefined));
    litellm.child.kill("SIGKILL");
    const failed = await loading;
    await until(async () => (existsSync(`/proc/${engine}/exe`) ? undefined : true));
    one = undefined;
    expect((await next.chat(key)).status).toBe(200);
    const found = await booked(key);
    process.stderr.write(`LiteLLM killed: ${JSON.stringify({ failed: failed.length, found })}\n`);
    expect(found.wrong).toBe(0);
    const price = priceOf(found);
    expect(Math.abs(found.spent / price - Math.round(found.spent / price))).toBeLessThan(1e-6);
  });

  test("must wait for a Postgres that starts after it, and ask once whether its schema is up to date", async () => {
    await postgres.stop();
    const noting = join(folder, "noting-prisma");
    writeFileSync(noting, `#!/bin/sh\necho "$*" >> "$0.asked"\nexec "${join(packageRoot, "bin", "prisma")}" "$@"\n`);
    chmodSync(noting, 0o755);
    one = await started("one", { PRISMA_CLI_PATH: noting });
    await systemClock.sleep(awayMs, AbortSignal.timeout(limitMs));
    await postgres.start();
    await one.ready();
    const key = await one.makeKey();
    expect((await one.chat(key)).status).toBe(200);
    expect(await settled(key, 1)).toMatchObject({ logs: 1, wrong: 0 });
    expect(readFileSync(`${noting}.asked`, "utf8")).toBe("migrate deploy\n");
  });
});

/** Rows of the log of spend that LiteLLM says it has given up. */
const droppedBy = (litellm: Litellm): number =>
  [...litellm.log().matchAll(/dropping (?:(\d+) spend log rows|spend log row )/g)].reduce(
    (sum, [, many]) => sum + Number(many ?? 1),
    0,
  );

/** How often LiteLLM's job that books what keys have spent has failed. */
const failedBookings = (litellm: Litellm): number =>
  litellm.log().match(/Job "update_spend [^"]*" raised an exception/g)?.length ?? 0;

/** Writes until there is no room. */
const fill = (path: string): void => {
  const part = Buffer.alloc(1 << 16, 1);
  try {
    for (;;) writeFileSync(path, part, { flag: "a" });
  } catch {
    // As it was meant.
  }
};
