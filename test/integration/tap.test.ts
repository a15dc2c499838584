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
