import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { caller, question, reportOf } from "../support/tap-program.ts";

const heard = (text: string): readonly { readonly status: number; readonly text: string }[] =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));

test("run --bill must end with one line about the calls, and --show tell each", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const streamed = question("b", { stream: true });
  const run = await project.goat(["run", "--bill", "--show", "--", ...caller(project.folder, question("a"), streamed)]);
  expect(run).toMatchObject({ exitCode: 0, out: "" });
  const [first, second, line, ...rest] = run.err.split("\n");
  expect(first).toMatch(/^llama-3\.3-70b {2}200 {2}[\d.]+ m?s {2}31 tokens {2}\$0\.00002 {2}trace t$/);
  expect(second).toMatch(
    /^llama-3\.3-70b {2}200 {2}[\d.]+ m?s, first [\d.]+ m?s {2}31 tokens {2}\$0\.00002 {2}trace t$/,
  );
  expect(line).toMatch(/^2 calls, 1 model, 62 tokens, \$0\.00004; slowest [\d.]+ m?s \(llama-3\.3-70b\)$/);
  expect(rest).toEqual([""]);
  expect(heard(project.read("heard.jsonl"))[0]).toMatchObject({ status: 200 });
});

test("run --bill=table and --bill-file must tell it by model, and a run without options go straight", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const run = await project.goat([
    "run",
    "--bill=table",
    "--bill-file",
    "bill.json",
    "--",
    ...caller(project.folder, question("a")),
  ]);
  expect(run.err).toMatch(/^ {2}MODEL +CALLS .*\n {2}llama-3\.3-70b +1 +0 +8 +23 +\$0\.00002 /);
  const bill = JSON.parse(project.read("bill.json"));
  expect(bill).toMatchObject({ version: 1, calls: 1, failed: 0, costUsd: 0.00002, promptTokens: 8, answerTokens: 23 });
  const plain = await project.goat(["run", "--json", "--", ...caller(project.folder, question("a"))]);
  expect(reportOf(plain).tap).toBeNull();
});

test("a command that --bill has taken for its value must be told apart", async () => {
  const project = await openProject();
  const run = await project.goat(["run", "--bill", "pytest"]);
  expect(run).toMatchObject({ exitCode: 2, out: "" });
  expect(run.err).toContain("goat-dev run --bill -- COMMAND");
});

test("a ceiling must refuse what goes over, and end with 6 a program that says all is well", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const four = ["a", "b", "c", "d"].map((word) => question(word));
  const run = await project.goat(["run", "--max-calls", "2", "--", ...caller(project.folder, ...four)]);
  expect(run.exitCode).toBe(6);
  expect(run.err).toBe("warning: 2 calls refused: --max-calls 2 is reached\n");
  expect(heard(project.read("heard.jsonl")).map(({ status }) => status)).toEqual([200, 200, 402, 402]);
  const failing = await project.goat(["run", "--max-calls", "0", "--", process.execPath, "-e", "process.exit(3)"]);
  expect(failing.exitCode).toBe(3);
  const wrong = await project.goat(["run", "--max-cost", "much", "--", "true"]);
  expect(wrong).toMatchObject({ exitCode: 2, out: "" });
  expect(wrong.err).toContain('--max-cost is "much", and should be US dollars such as 0.50');
});

test("a Compose file must say what holds for each run, what is typed go before it, and --no-tap past both", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  project.edit("dev/docker-compose.yml", (text) => `${text}\nx-goat: { run: { bill: true, max-calls: 1 } }\n`);
  const two = caller(project.folder, question("a"), question("b"));
  const run = await project.goat(["run", "--", ...two]);
  expect(run.exitCode).toBe(6);
  expect(run.err).toMatch(/^2 calls, 1 model, .*; 1 failed \(402\)$/m);
  expect((await project.goat(["run", "--max-calls", "2", "--", ...two])).exitCode).toBe(0);
  expect(await project.goat(["run", "--no-tap", "--", ...two])).toMatchObject({ exitCode: 0, err: "" });
  project.edit("dev/docker-compose.yml", (text) => text.replace("max-calls", "max-call"));
  const wrong = await project.goat(["run", "--", ...two]);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.err).toContain('x-goat: run has no "max-call"');
});

test("faults must be told at the end, with the number that brings them again", async () => {
  const project = await openProject();
  await project.goat(["up", "--no-example"]);
  const run = await project.goat([
    "run",
    "--fault",
    "429",
    "--seed",
    "3",
    "--",
    ...caller(project.folder, question("a")),
  ]);
  expect(run.exitCode).toBe(0);
  expect(run.err).toContain(
    "faults (--seed 3): 429 1 time; 0 retries seen; 1 call never succeeded: POST /v1/chat/comp",
  );
  expect((await project.goat(["run", "--fault", "flaky", "--", "true"])).exitCode).toBe(2);
});

test("--anthropic must set what Anthropic's clients read, and keep the shell's own key from them", async () => {
  const project = await openProject();
  const env = { ANTHROPIC_API_KEY: "sk-ant-of-the-shell" };
  const run = await project.goat(
    [
      "run",
      "--json",
      "--anthropic",
      "--",
      process.execPath,
      "-e",
      `const e = process.env; process.exit(e.ANTHROPIC_BASE_URL === "http://127.0.0.1:${project.ports.litellm}" && e.ANTHROPIC_AUTH_TOKEN === "sk-dev-key" && e.ANTHROPIC_API_KEY === undefined ? 0 : 9)`,
    ],
    { env },
  );
  expect(run.exitCode).toBe(0);
  const printed = await project.goat(["env", "--anthropic"]);
  expect(printed.out).toContain(
    "export ANTHROPIC_BASE_URL=http://127.0.0.1:14000\nexport ANTHROPIC_AUTH_TOKEN=sk-dev-key\n",
  );
  expect((await project.goat(["env"])).out).not.toContain("ANTHROPIC");
});
