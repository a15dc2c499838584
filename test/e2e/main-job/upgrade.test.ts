import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { sql } from "../../support/local-sql.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

const builder = join(import.meta.dirname, "../../images/build.mjs");

/** The tests' images under the names of a registry's mirror, so that their tags say versions; nothing is ever pulled from there. */
const openMirror = async () => {
  const { run, images } = inject("e2e");
  const host = `localhost:9/${run.prefix}mirror`;
  const names: string[] = [];
  onTestFinished(async () => {
    await docker("image", "rm", ...names);
  });
  const tag = async (image: string | undefined, name: string): Promise<string> => {
    await docker("tag", image ?? "", `${host}/${name}`);
    if (!names.includes(`${host}/${name}`)) names.push(`${host}/${name}`);
    return `${host}/${name}`;
  };
  const { stdout } = await promisify(execFile)(process.execPath, [builder, "--only", "postgres-15"]);
  const postgres15 = stdout.trim().replace("POSTGRES_15_IMAGE=", "");
  const earlier = {
    POSTGRES_IMAGE: await tag(postgres15, "library/postgres:15"),
    LANGFUSE_IMAGE: await tag(images["LANGFUSE_IMAGE"], "langfuse/langfuse:2.95.12"),
    LITELLM_IMAGE: await tag(images["LITELLM_IMAGE"], "berriai/litellm:v1.103.7"),
  };
  await tag(images["POSTGRES_IMAGE"], "library/postgres:16");
  /** What the tested LiteLLM is in this mirror. */
  const setLitellm = (image: string | undefined) => tag(image, "berriai/litellm:v1.103.10");
  return { earlier, setLitellm, images };
};

const mustRun = async (stack: Scenario, ...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
  const result = await stack.run([...args, "--json"]);
  expect(result.exitCode, result.output).toBe(0);
  return JSON.parse(result.stdout);
};

const seen = async (stack: Scenario): Promise<readonly unknown[]> => [
  await sql(stack, "select count(*)::int, sum(hashtext(text))::text from kept"),
  await sql(stack, 'select line from "Od d""ly" order by line nulls first'),
  await sql(stack, "select count(*)::int from one", "My base"),
];

const majorOf = async (stack: Scenario): Promise<number> => {
  const [[version] = []] = await sql(stack, "select current_setting('server_version_num')::int / 10000");
  return Number(version);
};

describeOnEngine("an upgrade across a major of Postgres", () => {
  test("must bring every row along, leave the old volume as it was, and be undone where the proof fails", {
    timeout: 600_000,
  }, async () => {
    const mirror = await openMirror();
    const stack = await openScenario({ env: mirror.earlier });
    await mustRun(stack, "up", "--demo", "--no-example");
    expect(await majorOf(stack)).toBe(15);
    await sql(stack, "create table kept as select id, md5(id::text) as text from generate_series(1, 20000) as id");
    await sql(stack, 'create table "Od d""ly" (line text)');
    await sql(stack, String.raw`insert into "Od d""ly" values (E'\\.'), (E'a\nb\tc'), ('COPY x FROM stdin;'), (null)`);
    await sql(stack, 'create database "My base"');
    await sql(stack, "create table one as select 1 as id", "My base");
    const before = await seen(stack);
    const [old = ""] = await stack.volumes();
    const env = stack.read(".env");

    // A LiteLLM that ends at once: the data is moved, and the proof fails.
    await mirror.setLitellm(mirror.images["LANGFUSE_IMAGE"]);
    expect(await mustRun(stack, "upgrade", "--plan")).toMatchObject({
      done: false,
      move: { from: 15, to: 16, volume: old, newVolume: `${old}-16` },
      services: [{ standing: "upgrade" }, { standing: "tested" }, { standing: "upgrade" }],
    });
    expect(stack.read(".env")).toBe(env);
    const failed = await stack.run(["upgrade", "--yes"]);
    expect(failed.exitCode, failed.output).not.toBe(0);
    expect(failed.stderr).toContain("goat-dev upgrade --back");
    expect(await majorOf(stack)).toBe(16);

    const back = await mustRun(stack, "upgrade", "--back", "--yes");
    expect(back).toMatchObject({ done: true, rows: expect.any(Number), before: null });
    expect(await majorOf(stack)).toBe(15);
    expect(await seen(stack)).toEqual(before);
    expect((await stack.run(["status"])).exitCode).toBe(0);

    await mirror.setLitellm(mirror.images["LITELLM_IMAGE"]);
    const upgraded = await mustRun(stack, "upgrade", "--yes");
    expect(upgraded).toMatchObject({
      done: true,
      up: { gateway: { models: expect.arrayContaining(["llama-3.3-70b"]) } },
      back: "goat-dev upgrade --back",
    });
    expect(await majorOf(stack)).toBe(16);
    expect(await seen(stack)).toEqual(before);
    expect(await stack.volumes()).toEqual(expect.arrayContaining([old, `${old}-16`, `${old}-16-2`]));
    expect((await stack.run(["status"])).exitCode).toBe(0);
    expect(await mustRun(stack, "upgrade")).toMatchObject({ nothingToDo: true, done: false });
    // It lasts: what the next up finds is what was proven.
    expect(await mustRun(stack, "up", "--demo", "--no-example")).toMatchObject({ nothingToDo: true });
  });
});
