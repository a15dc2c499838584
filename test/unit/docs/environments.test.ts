import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import { parse } from "../../../src/cli/parse.ts";
import { allCommands } from "../../../src/commands/index.ts";
import { loadStack } from "../../../src/compose/load.ts";

const commands = await allCommands();

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const { version, engines } = JSON.parse(read("package.json"));

/** JSON with comments, as editors read it. */
const container = ts.parseConfigFileTextToJson("", read("templates/devcontainer/devcontainer.json")).config;
const workflow = parseYaml(read("templates/github-action/goat-dev.yml"));
const steps: readonly { readonly run?: string; readonly uses?: string; readonly with?: object }[] =
  workflow.jobs.test.steps;

const typed = {
  "the devcontainer": [container.postCreateCommand, container.postStartCommand],
  "the workflow": steps.flatMap(({ run }) => run ?? []),
};

describe.each(Object.entries(typed))("what %s types", (_, lines: readonly string[]) => {
  test("must be commands and options that there are", () => {
    const own = lines.filter((line) => line.startsWith("goat-dev "));
    expect(own.length).toBeGreaterThan(0);
    for (const line of own) {
      const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      expect(parse(words.slice(1), commands, version).kind, line).toBe("run");
    }
  });

  test("must begin with the version that it came with", () => {
    expect(lines[0]).toBe(`npm install --global goat-dev@${version}`);
  });
});

test("both must have a Node that goat-dev runs on", () => {
  const least = Number(/\d+/.exec(engines.node)?.[0]);
  const setUp = steps.find(({ uses }) => uses?.startsWith("actions/setup-node@"));
  const versions = [/javascript-node:(\d+)-/.exec(container.image)?.[1], Object(setUp?.with)["node-version"]];
  for (const node of versions) expect(Number(node)).toBeGreaterThanOrEqual(least);
});

test("the devcontainer must forward the ports that the stack publishes to programs and browsers", () => {
  const { stack } = loadStack({
    files: [{ path: join(root, "dev/docker-compose.yml"), text: read("dev/docker-compose.yml") }],
    workingDir: join(root, "dev"),
    root,
    variables: {},
    projectName: undefined,
    profiles: [""],
    environmentFiles: [],
    readFile: () => ({ state: "missing" }),
  });
  const published = stack.services.flatMap(({ role, ports }) =>
    role === "database" ? [] : ports.map(({ host }) => host),
  );
  expect([...container.forwardPorts].sort()).toEqual([...published].sort());
  expect(Object.keys(container.portsAttributes).map(Number).sort()).toEqual([...published].sort());
});
