import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";
import { scripts } from "./probe.ts";
import { start } from "./processes.ts";

const { missing, sdk } = inject("modal");

/** Where the server's programs and pg_dump lie together: on PATH, or where Debian has them. */
const findPostgres = (): string | null => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  const isWhole = (folder: string): boolean =>
    ["initdb", "postgres", "pg_dump", "psql"].every((tool) => existsSync(join(folder, tool)));
  return folders.find(isWhole) ?? null;
};

const postgres = findPostgres();
if (postgres === null) process.stderr.write("left out: Langfuse's database on Modal: no Postgres with pg_dump here\n");

const keys = {
  POSTGRES_PASSWORD: "a pass/word",
  LANGFUSE_PUBLIC_KEY: "pk-lf-own",
  LANGFUSE_SECRET_KEY: "sk-lf-own",
};

/** A folder that the user postgres can enter, too. */
const openFolder = (): string => {
  const folder = tempFolder();
  execFileSync("chmod", ["755", folder]);
  return folder;
};

const startLangfuse = async (dumps: string, command: string, options: { readonly every?: number } = {}) => {
  const [port] = (await freePorts(1)) as [number];
  const place = ["--folder", join(openFolder(), "postgres"), "--database-port", String(port)];
  const every = ["--every", String(options.every ?? 3600)];
  const bin = postgres ?? "";
  return start([sdk, join(scripts, "modal_langfuse.py"), ...place, ...every, dumps, "sh", "-c", command], {
    ...keys,
    GOAT_POSTGRES_BIN: bin,
    PSQL: join(bin, "psql"),
  });
};

const newDumps = (): string => {
  const dumps = join(tempFolder(), "dumps");
  mkdirSync(dumps);
  return dumps;
};

const write = `"$PSQL" -q "$DATABASE_URL" -c "create table t (word text); insert into t values ('kept')"`;
const read = `"$PSQL" -At "$DATABASE_URL" -c "select 'found ' || word from t"`;

describe.skipIf(missing !== null || postgres === null)("Langfuse's container, on real Postgres", () => {
  test("must find in the next container what the one before left in its dump", async () => {
    const dumps = newDumps();
    const first = await startLangfuse(dumps, write);
    expect(await first.ended, first.output()).toBe(0);
    const second = await startLangfuse(dumps, read);
    expect(await second.ended, second.output()).toBe(0);
    expect(second.output()).toContain("found kept");
    expect(readdirSync(dumps).every((name) => /^langfuse-\d{20}\.dump$/.test(name))).toBe(true);
  });

  test("must dump while it runs, and once more when it is told to end", async () => {
    const dumps = newDumps();
    const running = await startLangfuse(dumps, `${write}; echo written; exec sleep 600`, { every: 0.2 });
    await running.line(/^written$/);
    await expect.poll(() => readdirSync(dumps).filter((name) => name.endsWith(".dump"))).toHaveLength(1);
    const [name] = readdirSync(dumps).filter((file) => file.endsWith(".dump"));
    const before = statSync(join(dumps, String(name))).ino;
    running.child.kill("SIGTERM");
    await running.ended;
    expect(statSync(join(dumps, String(name))).ino).not.toBe(before);
    const next = await startLangfuse(dumps, read);
    expect(await next.ended).toBe(0);
    expect(next.output()).toContain("found kept");
  });

  test("must not start on a dump that it cannot load, nor touch it", async () => {
    const dumps = newDumps();
    const broken = join(dumps, "langfuse-00000000000000000001.dump");
    writeFileSync(broken, "no dump");
    const running = await startLangfuse(dumps, "echo started");
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain(`${broken} cannot be loaded`);
    expect(running.output()).not.toContain("started");
    expect(readFileSync(broken, "utf8")).toBe("no dump");
    expect(readdirSync(dumps)).toHaveLength(1);
  });

  test("must keep the password out of every command line of its own", async () => {
    const dumps = newDumps();
    const running = await startLangfuse(dumps, "echo up; exec sleep 600");
    await running.line(/^up$/);
    const lines = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          return [readFileSync(`/proc/${pid}/cmdline`, "utf8")];
        } catch {
          return [];
        }
      });
    for (const line of lines) {
      for (const secret of [
        keys.POSTGRES_PASSWORD,
        encodeURIComponent(keys.POSTGRES_PASSWORD),
        keys.LANGFUSE_SECRET_KEY,
      ]) {
        expect(line).not.toContain(secret);
      }
    }
    running.child.kill("SIGTERM");
    await running.ended;
  });
});

describe.skipIf(missing !== null)("Langfuse's container", () => {
  test.for([
    [{ ...keys, LANGFUSE_SECRET_KEY: "sk-lf-goat-dev" }, "is one that everybody knows"],
    [{ ...keys, LANGFUSE_PUBLIC_KEY: "" }, "LANGFUSE_PUBLIC_KEY is missing in the secret goat-langfuse"],
    [{ ...keys, POSTGRES_PASSWORD: "" }, "POSTGRES_PASSWORD is missing in the secret goat-postgres"],
  ] as const)("must not start with keys that would open it to everybody, or none: %o", async ([variables, why]) => {
    const running = start([sdk, join(scripts, "modal_langfuse.py"), newDumps()], variables);
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain(why);
  });
});
