import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type GoatProject, openProject, secretKey } from "../support/goat-project.ts";
import { caller, question, reportOf } from "../support/tap-program.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";

const recordedBy = async (bodies: readonly object[]): Promise<GoatProject> => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const run = await project.goat(["run", "--record", "chat.jsonl", "--", ...caller(project.folder, ...bodies)]);
  expect(run).toMatchObject({ exitCode: 0, out: "" });
  return project;
};

/** Somewhere without a project, with the recorded calls. */
const elsewhere = (project: GoatProject): string =>
  writeFiles(tempFolder(), { "chat.jsonl": project.read("chat.jsonl") });

test("what was recorded must be answered alike without a project, whole and as a stream", async () => {
  const bodies = [question("a"), question("b", { stream: true }), question("a")];
  const project = await recordedBy(bodies);
  expect(project.read("chat.jsonl")).not.toMatch(/sk-dev-key|authorization/i);
  const folder = elsewhere(project);
  const fresh = bodies.map((body) => ({ ...body, metadata: { trace_id: "another" } }));
  const again = await project.goat(["replay", "chat.jsonl", "--json", "--", ...caller(folder, ...fresh)], {
    cwd: folder,
  });
  expect(again.exitCode).toBe(0);
  expect(reportOf(again).tap?.cassette).toMatchObject({ replayed: 3, recorded: 0, unused: 0, missing: [] });
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(join(folder, "heard.jsonl"), "utf8")).toBe(project.read("heard.jsonl"));
  expect(existsSync(join(folder, ".goat-dev"))).toBe(false);
});

test("a call that is not recorded must be refused with what is nearest, end with 6, and be added on demand", async () => {
  const project = await recordedBy([question("a")]);
  const other = caller(project.folder, question("a!"));
  const missed = await project.goat(["replay", "chat.jsonl", "--", ...other]);
  expect(missed.exitCode).toBe(6);
  expect(missed.err).toContain(
    'nearest is call 1 of chat.jsonl, which differs at messages[0].content: recorded "a", asked "a!"',
  );
  expect(project.read("heard.jsonl")).toContain('"status":404');
  const added = await project.goat(["replay", "chat.jsonl", "--record-missing", "--", ...other]);
  expect(added).toMatchObject({ exitCode: 0 });
  expect(added.err).toContain("1 call recorded in chat.jsonl");
  expect((await project.goat(["replay", "chat.jsonl", "--", ...other])).exitCode).toBe(0);
});

test("equal requests must be answered in order, then as --repeat says", async () => {
  const project = await recordedBy([question("a")]);
  const twice = caller(project.folder, question("a"), question("a"));
  expect((await project.goat(["replay", "chat.jsonl", "--", ...twice])).exitCode).toBe(0);
  const failed = await project.goat(["replay", "chat.jsonl", "--repeat", "fail", "--", ...twice]);
  expect(failed.exitCode).toBe(6);
  expect(failed.err).toContain("it is recorded once, and was asked once more");
  expect((await project.goat(["replay", "chat.jsonl", "--repeat", "never", "--", ...twice])).exitCode).toBe(2);
});

test("a call that holds a secret of .env must be made and not be recorded", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const leaking = caller(project.folder, question(`my key is ${secretKey}`), question("b"));
  const run = await project.goat(["run", "--record", "chat.jsonl", "--", ...leaking]);
  expect(run.exitCode).toBe(2);
  expect(run.err).toContain("POST /v1/chat/completions holds the value of GROQ_API_KEY");
  expect(project.read("heard.jsonl").match(/"status":200/g)?.length).toBe(2);
  expect(project.read("chat.jsonl")).not.toContain(secretKey);
  expect(project.read("chat.jsonl").trimEnd().split("\n").length).toBe(2);
});

test("a second run must not record into the same file, and a broken file be named with its line", async () => {
  const project = await recordedBy([question("a")]);
  const inside = [process.execPath, "-e", "setInterval(() => 0, 1000)"];
  const stop = new AbortController();
  const first = project.goat(["run", "--record", "chat.jsonl", "--", ...inside], { signal: stop.signal });
  const { setTimeout: pause } = await import("node:timers/promises");
  const { lstatSync } = await import("node:fs");
  const lock = join(project.folder, "chat.jsonl.lock");
  while (lstatSync(lock, { throwIfNoEntry: false }) === undefined) await pause(10);
  const second = await project.goat(["run", "--record", "chat.jsonl", "--", "true"]);
  expect(second.exitCode).toBe(4);
  expect(second.err).toContain(`another run records into chat.jsonl (pid ${process.pid})`);
  stop.abort();
  await first;
  expect(lstatSync(lock, { throwIfNoEntry: false })).toBeUndefined();

  project.edit("chat.jsonl", (text) => `${text}{"request":`);
  const cut = await project.goat(["replay", "chat.jsonl", "--", "true"]);
  expect(cut).toMatchObject({ exitCode: 0 });
  expect(cut.err).toContain("the last line of chat.jsonl is cut off, and left out");
  project.edit("chat.jsonl", (text) => `${text}\n{}\n`);
  const broken = await project.goat(["replay", "chat.jsonl", "--", "true"]);
  expect(broken.exitCode).toBe(2);
  expect(broken.err).toContain("chat.jsonl:3 is no JSON");
  project.edit("chat.jsonl", (text) => text.replace('"version":1', '"version":9'));
  expect((await project.goat(["cassette", "show", "chat.jsonl"])).err).toContain("is of version 9");
  expect((await project.goat(["replay", "none.jsonl", "--", "true"])).exitCode).toBe(2);
});

test("cassette must show calls, prune what a well ended run did not use, and find what looks like a key", async () => {
  const project = await recordedBy([question("a"), question("b")]);
  const shown = await project.goat(["cassette", "show", "chat.jsonl"]);
  expect(shown.out).toMatch(/^ {2}1 +POST \/v1\/chat\/completions +llama-3\.3-70b +200 .* a$/m);
  const less = caller(project.folder, question("b"));
  await project.goat(["replay", "chat.jsonl", "--", ...less]);
  const pruned = await project.goat(["cassette", "prune", "chat.jsonl", "--json"]);
  expect(pruned.json()).toMatchObject({ kept: 1, removed: [{ number: 1, question: "a" }] });
  expect((await project.goat(["cassette", "prune", "chat.jsonl"])).out).toContain("used all of chat.jsonl: 1 call");
  expect(await project.goat(["cassette", "check", "chat.jsonl"])).toMatchObject({ exitCode: 0 });
  project.edit("chat.jsonl", (text) =>
    text.replace('"content":"b"', `"content":"${secretKey} sk-ant-abcdefghijklmnopqrstuvw"`),
  );
  const found = await project.goat(["cassette", "check", "chat.jsonl"]);
  expect(found).toMatchObject({ exitCode: 1, out: "chat.jsonl:2 holds GROQ_API_KEY\n" });
  const other = writeFiles(tempFolder(), { "new.jsonl": '{"cassette":"goat-dev","version":1}\n' });
  expect((await project.goat(["cassette", "prune", "new.jsonl"], { cwd: other })).exitCode).toBe(2);
});
