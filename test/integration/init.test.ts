import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";

/** Somebody's repository, called Shop API, with what is in it. */
const openRepository = async (files: Readonly<Record<string, string>> = {}) => {
  const folder = join(tempFolder(), "Shop API");
  mkdirSync(join(folder, ".git"), { recursive: true });
  mkdirSync(join(folder, "src"));
  writeFiles(folder, files);
  const { goat } = await openProject();
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    read: (name: string) => readFileSync(path(name), "utf8"),
    files: () => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort(),
    init: (args: readonly string[] = [], cwd = folder) => goat(["init", ...args], { cwd }),
    goat: (args: readonly string[]) => goat(args, { cwd: folder }),
  };
};

const shipped = (name: string): string => readFileSync(join(import.meta.dirname, "../../dev", name), "utf8");

describe("init --agents", () => {
  test("must write a section of its own, keep what stands beside it, and bring it up to date", async () => {
    const repository = await openRepository({ "AGENTS.md": "# House rules\r\n\r\nNo tabs." });
    const first = await repository.init(["--yes", "--agents"]);
    expect(first.out).toContain("✔ AGENTS.md   + a section on the gateway");
    const written = repository.read("AGENTS.md");
    expect(written.startsWith("# House rules\r\n\r\nNo tabs.\n\n<!-- goat-dev")).toBe(true);
    expect((await repository.init(["--yes", "--agents"])).out).toContain("nothing to write");
    writeFileSync(
      repository.path("AGENTS.md"),
      `${written.replace("## The local LLM gateway", "## Old")}\nMore rules.\n`,
    );
    await repository.init(["--yes", "--agents"]);
    expect(repository.read("AGENTS.md")).toBe(`${written}\nMore rules.\n`);
  });

  test("must be asked for", async () => {
    const repository = await openRepository();
    await repository.init(["--yes"]);
    expect(existsSync(repository.path("AGENTS.md"))).toBe(false);
  });
});

describe("init", () => {
  test("must write dev/, the template and ignore lines, and the stack must have a name of its own", async () => {
    const repository = await openRepository();
    const run = await repository.init(["--yes"], repository.path("src"));
    expect(run.exitCode, run.err).toBe(0);
    const compose = repository.read("dev/docker-compose.yml");
    expect(compose).toMatch(/^# Written by goat-dev 0\.1\.0: npx goat-dev@0\.1\.0 init\n/);
    expect(compose).toContain("\nname: goat-shopapi\n");
    expect(compose.replace(/^.*\n/, "").replace("name: goat-shopapi", "name: goat")).toBe(
      shipped("docker-compose.yml"),
    );
    expect(repository.read("dev/litellm-config.yaml")).toBe(shipped("litellm-config.yaml"));
    expect(repository.read("dev/initdb/10-langfuse.sql")).toBe(shipped("initdb/10-langfuse.sql"));
    expect(repository.read(".env.example")).toBe(shipped(".env.example"));
    expect(repository.read(".gitignore")).toBe(".env\n.goat-dev/\n");
    expect(existsSync(repository.path("dev/.env.example"))).toBe(false);
    expect(existsSync(repository.path(".env"))).toBe(false);
    expect(statSync(repository.path("dev/docker-compose.yml")).mode & 0o777).toBe(0o644);
    expect(run.out).toContain("The stack is called goat-shopapi. Next: goat-dev up");
    const config = (await repository.goat(["config", "--json"])).json();
    expect(config).toMatchObject({ name: "goat-shopapi" });
  });

  test("must write nothing without a yes where nobody can be asked, and list what it would", async () => {
    const repository = await openRepository({ ".gitignore": "dist/" });
    const before = repository.files();
    const run = await repository.init();
    expect(run).toMatchObject({ exitCode: 2, out: "" });
    expect(run.err).toContain("goat-dev init --yes");
    expect(run.err).toMatch(/dev\/docker-compose\.yml +new/);
    expect(run.err).toMatch(/\.gitignore +changed +\+ \.env \.goat-dev\//);
    const plan = await repository.init(["--plan", "--json"]);
    expect(plan.exitCode).toBe(0);
    expect(plan.json()).toMatchObject({
      name: "goat-shopapi",
      files: expect.arrayContaining([
        { path: "dev/docker-compose.yml", state: "new", written: false },
        { path: ".gitignore", state: "extended", written: false, note: "+ .env .goat-dev/" },
      ]),
    });
    expect(repository.files()).toEqual(before);
    expect(repository.read(".gitignore")).toBe("dist/");
  });

  test("must find nothing to write the second time", async () => {
    const repository = await openRepository();
    await repository.init(["--yes"]);
    const again = await repository.init(["--json"]);
    expect(again.exitCode).toBe(0);
    const { files } = again.json() as { readonly files: readonly { readonly state: string }[] };
    expect(new Set(files.map(({ state }) => state))).toEqual(new Set(["same"]));
  });

  test("must keep what differs, say so, and overwrite it with --force alone", async () => {
    const repository = await openRepository({
      "dev/litellm-config.yaml": "model_list: []\n",
      ".gitignore": "/.env\r\n",
    });
    const run = await repository.init(["--yes"]);
    expect(run.exitCode).toBe(0);
    expect(run.out).toContain(
      "kept, though they differ: dev/litellm-config.yaml   goat-dev init --force overwrites them",
    );
    expect(repository.read("dev/litellm-config.yaml")).toBe("model_list: []\n");
    expect(repository.read(".gitignore")).toBe("/.env\r\n.goat-dev/\r\n");
    await repository.init(["--yes", "--force"]);
    expect(repository.read("dev/litellm-config.yaml")).toBe(shipped("litellm-config.yaml"));
  });

  test("must keep the name that the stack has", async () => {
    const repository = await openRepository();
    await repository.init(["--yes", "-p", "warehouse"]);
    expect(repository.read("dev/docker-compose.yml")).toContain("\nname: warehouse\n");
    const again = await repository.init(["--yes", "--json"]);
    expect(again.json()).toMatchObject({ name: "warehouse" });
    expect(repository.read("dev/docker-compose.yml")).toContain("\nname: warehouse\n");
    expect((await repository.init(["--yes", "-p", "No Name"])).exitCode).toBe(2);
  });

  test("must write an example client where one is asked for, and know no other languages", async () => {
    const repository = await openRepository();
    const run = await repository.init(["--yes", "--example", "python", "--example", "go"]);
    expect(run.exitCode, run.err).toBe(0);
    expect(repository.files()).toEqual(
      expect.arrayContaining(["examples/python/example.py", "examples/go/main.go", "examples/go/go.sum"]),
    );
    expect((await repository.init(["--yes", "--example", "pyton"])).err).toContain("goat-dev init --example python");
  });

  test("must write what editors and GitHub make a gateway of, where that is asked for", async () => {
    const repository = await openRepository();
    const run = await repository.init(["--yes", "--devcontainer", "--github-action"]);
    expect(run.exitCode, run.err).toBe(0);
    for (const [path, from] of [
      [".devcontainer/devcontainer.json", "devcontainer/devcontainer.json"],
      [".github/workflows/goat-dev.yml", "github-action/goat-dev.yml"],
    ] as const) {
      expect(repository.read(path)).toBe(readFileSync(join(import.meta.dirname, "../../templates", from), "utf8"));
    }
  });

  test("must write nothing at all where a folder lies in a file's place", async () => {
    const repository = await openRepository();
    mkdirSync(repository.path(".env.example"));
    const before = repository.files();
    const run = await repository.init(["--yes"]);
    expect(run.exitCode).toBe(1);
    expect(run.err).toContain(".env.example is a folder, where a file goes");
    expect(repository.files()).toEqual(before);
    writeFileSync(repository.path("dev"), "a file");
    expect((await repository.init(["--yes"])).err).toContain("dev is a file, where a folder goes");
  });
});
