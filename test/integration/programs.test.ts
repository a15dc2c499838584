import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

const node = process.execPath;

/** Writes what it was given to seen.json in the project. */
const lookAround = (folder: string): readonly string[] => [
  node,
  "-e",
  `require("fs").writeFileSync(${JSON.stringify(join(folder, "seen.json"))}, JSON.stringify({ env: process.env, args: process.argv.slice(1) }))`,
];

describe("env", () => {
  test("must print the variables as the asked-for shell reads them", async () => {
    const project = await openProject();
    expect((await project.goat(["env"])).out).toMatchInlineSnapshot(`
      "export OPENAI_BASE_URL=http://127.0.0.1:14000/v1
      export OPENAI_API_KEY=sk-dev-key
      export EVAL_MODEL=llama-3.3-70b
      export LITELLM_API_KEY=sk-dev-key
      "
    `);
    expect((await project.goat(["env", "--format", "fish"])).out).toMatchInlineSnapshot(`
      "set -gx OPENAI_BASE_URL 'http://127.0.0.1:14000/v1'
      set -gx OPENAI_API_KEY 'sk-dev-key'
      set -gx EVAL_MODEL 'llama-3.3-70b'
      set -gx LITELLM_API_KEY 'sk-dev-key'
      "
    `);
    expect((await project.goat(["env", "--format", "powershell"])).out).toMatchInlineSnapshot(`
      "$env:OPENAI_BASE_URL = 'http://127.0.0.1:14000/v1'
      $env:OPENAI_API_KEY = 'sk-dev-key'
      $env:EVAL_MODEL = 'llama-3.3-70b'
      $env:LITELLM_API_KEY = 'sk-dev-key'
      "
    `);
    expect((await project.goat(["env", "--format", "dotenv"])).out).toMatchInlineSnapshot(`
      "OPENAI_BASE_URL=http://127.0.0.1:14000/v1
      OPENAI_API_KEY=sk-dev-key
      EVAL_MODEL=llama-3.3-70b
      LITELLM_API_KEY=sk-dev-key
      "
    `);
    const { OPENAI_BASE_URL, ...others } = JSON.parse((await project.goat(["env", "--format", "json"])).out);
    expect(OPENAI_BASE_URL).toBe("http://127.0.0.1:14000/v1");
    expect(others).toEqual({
      OPENAI_API_KEY: "sk-dev-key",
      EVAL_MODEL: "llama-3.3-70b",
      LITELLM_API_KEY: "sk-dev-key",
    });
  });

  test("must leave EVAL_MODEL out where no model can be used", async () => {
    const project = await openProject({ env: "" });
    expect((await project.goat(["env"])).out).not.toContain("EVAL_MODEL");
  });

  test("must name the format that was meant", async () => {
    const project = await openProject();
    const run = await project.goat(["env", "--format", "fisch"]);
    expect(run).toMatchObject({ exitCode: 2, out: "" });
    expect(run.err).toContain("goat-dev env --format fish");
  });
});

describe("run", () => {
  test("must give the command the variables, over the shell's own, and its arguments untouched", async () => {
    const project = await openProject();
    const args = ["--json", "-q", "--help", "a b", "--", "-p"];
    const run = await project.goat(["run", "--", ...lookAround(project.folder), "--", ...args], {
      env: { OPENAI_API_KEY: "sk-of-openai", COLOUR: "blue" },
    });
    expect(run).toMatchObject({ exitCode: 0, out: "" });
    const seen = JSON.parse(project.read("seen.json"));
    expect(seen.args).toEqual(args);
    expect(seen.env).toMatchObject({
      OPENAI_BASE_URL: `http://127.0.0.1:${project.ports.litellm}/v1`,
      OPENAI_API_KEY: "sk-dev-key",
      LITELLM_API_KEY: "sk-dev-key",
      EVAL_MODEL: "llama-3.3-70b",
      COLOUR: "blue",
    });
  });

  test("must keep the key from the shell's proxy", async () => {
    const project = await openProject();
    const shell = { http_proxy: "http://proxy.example:3128", no_proxy: "intern.example,localhost" };
    await project.goat(["run", "--", ...lookAround(project.folder)], { env: shell });
    const noProxy = "intern.example,localhost,127.0.0.1";
    expect(JSON.parse(project.read("seen.json")).env).toMatchObject({ ...shell, NO_PROXY: noProxy, no_proxy: noProxy });
    await project.goat(["run", "--", ...lookAround(project.folder)]);
    expect(JSON.parse(project.read("seen.json")).env).not.toHaveProperty("NO_PROXY");
  });

  test("must take a command without --, with its options", async () => {
    const project = await openProject();
    const run = await project.goat(["run", ...lookAround(project.folder), "one", "--two"]);
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(project.read("seen.json")).args).toEqual(["one", "--two"]);
  });

  test("must say that nothing answers, and run the command all the same", async () => {
    const project = await openProject();
    const run = await project.goat(["run", "--", node, "-e", "process.exit(0)"]);
    expect(run.exitCode).toBe(0);
    expect(run.err).toContain("nothing answers at http://127.0.0.1:14000/v1: goat-dev up");
    await project.goat(["up", "--no-example"]);
    expect((await project.goat(["run", "--", node, "-e", ""])).err).toBe("");
  });

  test("must pass on the command's exit status, and 128 and the number of a signal that ended it", async () => {
    const project = await openProject();
    expect((await project.goat(["run", "--", node, "-e", "process.exit(42)"])).exitCode).toBe(42);
    const killed = await project.goat(["run", "--json", "--", node, "-e", "process.kill(process.pid, 'SIGTERM')"]);
    expect(killed.exitCode).toBe(143);
    expect(killed.json()).toMatchObject({ command: node, exitCode: 143, signal: "SIGTERM" });
  });

  test("must exit as a shell does where the command is not there, or no program", async () => {
    const project = await openProject({ files: { "notes.txt": "no program" } });
    const missing = await project.goat(["run", "--", "no-such-command-of-goat"]);
    expect(missing.exitCode).toBe(127);
    expect(missing.err).toContain("there is no command no-such-command-of-goat");
    const folder = join(project.folder, "notes.txt");
    expect((await project.goat(["run", "--", folder])).exitCode).toBe(126);
    expect(existsSync(folder) && readFileSync(folder, "utf8")).toBe("no program");
  });

  test("must ask for a command", async () => {
    const project = await openProject();
    const run = await project.goat(["run"]);
    expect(run).toMatchObject({ exitCode: 2, out: "" });
  });
});
