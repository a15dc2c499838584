import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { createLitellmDatabase } from "../support/litellm-database.ts";

const open = async () => {
  const project = await openProject({ now: "2026-11-23T09:30:00.000Z" });
  const database = createLitellmDatabase();
  project.standIns.answers = { ...project.standIns.answers, instead: database.answer };
  await project.goat(["up", "--no-example"]);
  return { ...project, database };
};

test("spend must add up by model, day, key and tag, with what is left of the budget", async () => {
  const { goat } = await open();
  const { out, exitCode } = await goat(["spend"]);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^ {2}gpt-5-mini +\$1\.00 {2}█+ +11 calls$/m);
  expect(out).toContain("$2.00 for 14 calls, 1400 tokens; 2026-10-25 to 2026-11-23 (UTC), as LiteLLM counted");
  expect(out).toContain("Budget  $2.00 of $25.00 for the month: $23.00 left, until 2026-12-01");
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  const rows = async (by: string) =>
    ((await goat(["spend", "--by", by, "--json"])).json() as { rows: { name: string }[] }).rows;
  expect((await rows("day")).map(({ name }) => name)).toEqual(["2026-11-22", "2026-11-23"]);
  expect((await rows("key")).map(({ name }) => name)).toEqual(["master key", "ci"]);
  expect((await rows("tag")).map(({ name }) => name)).toEqual(["docs"]);
  expect((await goat(["spend", "--csv"])).out).toBe(
    "model,cost_usd,calls,failed,tokens\r\ngpt-5-mini,1,11,1,1100\r\nllama-3.3-70b,1,3,0,300\n",
  );
  expect(await goat(["spend", "--by", "moon"])).toMatchObject({ exitCode: 2 });
});

test("without a database spend must count from the traces, and say so", async () => {
  const { goat } = await openProject({ now: "2026-01-01T00:00:00.000Z" });
  await goat(["up", "--no-example"]);
  const { out } = await goat(["spend", "--since", "2025-12-01T00:00:00Z"]);
  expect(out).toContain("azure/gpt-4o-mini  $0.0000024");
  expect(out).toContain("from the traces: the gateway has no database");
  const byKey = await goat(["spend", "--by", "key"]);
  expect(byKey).toMatchObject({ exitCode: 2, err: expect.stringContaining("runs without a database") });
});

test("a key must be made with its limits, be shown once, and never again", async () => {
  const { goat, database } = await open();
  const made = await goat([
    "keys",
    "create",
    "--alias",
    "ci",
    "--budget",
    "5/1d",
    "--models",
    "gpt-5-mini",
    "--expires",
    "7d",
  ]);
  expect(made.out).toMatch(/^sk-whole-1\n\nIt is shown this once\. ci: \$0 of \$5\.00 in 1d, gpt-5-mini\.$/m);
  expect([...database.keys.values()][0]).toMatchObject({ max_budget: 5, budget_duration: "1d", duration: "7d" });
  const later = [
    await goat(["keys", "list"]),
    await goat(["keys", "show", "ci"]),
    await goat(["keys", "list", "--json"]),
  ];
  for (const { out } of later) expect(out).not.toContain("sk-whole");
  expect(later[0]?.out).toMatch(/^ {2}ci +sk-\.\.\.end1 +\$0 of \$5\.00 in 1d +gpt-5-mini +2026-11-30 +never$/m);
});

test("what LiteLLM would take and then refuse must be refused at once", async () => {
  const { goat, database } = await open();
  for (const wrong of [
    ["--models", "gpt-5-mni"],
    ["--budget", "much"],
    ["--budget", "5/soon"],
    ["--expires", "never"],
  ]) {
    expect(await goat(["keys", "create", ...wrong])).toMatchObject({ exitCode: 2 });
  }
  await goat(["keys", "create", "--alias", "ci"]);
  expect((await goat(["keys", "create", "--alias", "ci"])).err).toContain("goat-dev keys rotate ci");
  expect(database.keys.size).toBe(1);
});

test("rotate must keep alias and limits, and leave the old key where no new one is made", async () => {
  const { goat, database } = await open();
  await goat(["keys", "create", "--alias", "ci", "--budget", "5/1d"]);
  database.refuse = true;
  expect((await goat(["keys", "rotate", "ci", "--yes"])).exitCode).toBe(6);
  expect([...database.keys.values()]).toMatchObject([{ key_alias: "ci", token: "1".repeat(64) }]);
  database.refuse = false;
  expect((await goat(["keys", "rotate", "ci", "--yes"])).out).toContain("sk-whole-2\n");
  expect([...database.keys.values()]).toMatchObject([{ key_alias: "ci", max_budget: 5, token: "2".repeat(64) }]);
});

test("revoke must ask, and name what is nearest where there is no such key", async () => {
  const { goat, database } = await open();
  await goat(["keys", "create", "--alias", "pipeline"]);
  expect(await goat(["keys", "revoke", "pipelin"])).toMatchObject({
    err: expect.stringContaining("did you mean pipeline?"),
  });
  expect(await goat(["keys", "revoke", "pipeline"])).toMatchObject({ exitCode: 2 });
  expect(database.keys.size).toBe(1);
  expect((await goat(["keys", "revoke", "pipeline", "--yes"])).out).toBe(
    "pipeline is revoked: its next call is refused.\n",
  );
  expect(database.keys.size).toBe(0);
});
