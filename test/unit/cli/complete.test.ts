import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complete, type FindNames } from "../../../src/cli/complete.ts";
import type { AnyCommand } from "../../../src/commands/command.ts";
import { allCommands } from "../../../src/commands/index.ts";

const commands = await allCommands();

const names: FindNames = async (kind, given) => [
  { value: `${kind}-one`, description: [...given].map(([flag, values]) => `${flag} ${values}`).join(" ") },
];

const at = async (...words: readonly string[]): Promise<readonly string[]> => {
  const found = await complete(words, commands, names);
  return found.kind === "files" ? [":files"] : found.candidates.map(({ value }) => value);
};

const paths = (list: readonly AnyCommand[], before: readonly string[] = []): readonly (readonly string[])[] =>
  list.flatMap((command) => {
    const path = [...before, command.name];
    return [path, ...paths(command.subcommands ?? [], path)];
  });

const everyPath = paths(commands);

describe("completion", () => {
  test("must offer every command of the table, from any beginning of its name", async () => {
    for (const path of everyPath) {
      const last = path.at(-1) ?? "";
      for (const length of [0, 1, last.length]) {
        expect(await at(...path.slice(0, -1), last.slice(0, length)), path.join(" ")).toContain(last);
      }
    }
    expect(everyPath.length).toBeGreaterThan(25);
  });

  test("must offer every long option of a command, and the global ones on both sides of it", async () => {
    for (const path of everyPath) {
      const offered = await at(...path, "--");
      expect(offered).toEqual(expect.arrayContaining(["--json", "--file", "--engine", "--help"]));
    }
    expect(await at("up", "--p")).toEqual(["--plan", "--pull", "--project-name", "--profile"]);
    expect(await at("up", "--d")).toEqual(["--dry-run", "--demo", "--docker-host"]);
    expect(await at("--e")).toEqual(["--env-file", "--engine"]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ["services", ["restart", ""], ["service-one"]],
    ["a second service", ["up", "postgres", ""], ["service-one"]],
    ["models", ["models", "remove", ""], ["model-one"]],
    ["one model where one is taken", ["models", "remove", "a", ""], []],
    ["what can be enabled", ["models", "enable", ""], ["entry-one"]],
    ["an option's models", ["ask", "-m", ""], ["model-one"]],
    ["the same behind =", ["ask", "--model=mo"], ["--model=model-one"]],
    ["an option's choices", ["up", "--pull", ""], ["always", "missing", "never"]],
    ["an argument's choices", ["completion", "z"], ["zsh"]],
    ["an argument behind options", ["-p", "second", "--json", "restart", "--hard", ""], ["service-one"]],
    ["an argument behind --", ["restart", "--", "--"], []],
    ["files for a path", ["--file", ""], [":files"]],
    ["files for a cassette", ["replay", ""], [":files"]],
    ["files for another program, whatever it is given", ["run", "--bill", "python", "--mod"], [":files"]],
    ["topics beside commands", ["help", "exit"], ["exit-codes"]],
    ["nothing where anything may stand", ["-p", ""], []],
    ["nothing behind a command that takes nothing", ["status", ""], []],
    ["nothing behind what is no command", ["stauts", ""], []],
    ["no option that was given", ["down", "--volumes", "--vo"], []],
    ["an option again that repeats", ["--profile", "a", "--pro"], ["--project-name", "--profile"]],
  ])("must offer %s", async (_, words, offered) => {
    expect(await at(...words)).toEqual(offered);
  });

  test("must hand on which project is meant", async () => {
    const found = await complete(["-f", "a.yml", "up", "--file=b.yml", "-p", "x", ""], commands, names);
    expect(found).toMatchObject({ candidates: [{ description: "--file a.yml,b.yml --project-name x" }] });
  });

  test("must offer only what goes on from what was typed, whatever was typed", async () => {
    const words = [...everyPath.flat(), "--model", "--file", "--", "-p", "--pull=", "--bill", "x", ""];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 6 }),
        fc.oneof(fc.constantFrom("", "-", "--", "--model=", "m"), fc.string()),
        async (typed, current) => {
          const found = await at(...typed, current);
          expect(found.filter((value) => value !== ":files" && !value.startsWith(current))).toEqual([]);
        },
      ),
    );
  });
});
