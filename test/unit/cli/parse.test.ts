import { expect, test } from "vitest";
import { type Invocation, parse } from "../../../src/cli/parse.ts";
import type { AnyCommand } from "../../../src/commands/command.ts";
import { allCommands } from "../../../src/commands/index.ts";
import { errorOf } from "../../support/load-compose.ts";

const commands = await allCommands();

const read = (...argv: readonly string[]): Invocation => parse(argv, commands, "1.2.3");

const run = (...argv: readonly string[]) => {
  const invocation = read(...argv);
  if (invocation.kind !== "run") throw new Error(`text instead of a command: ${invocation.text}`);
  return invocation;
};

const textOf = (...argv: readonly string[]): string => {
  const invocation = read(...argv);
  if (invocation.kind !== "text") throw new Error(`a command instead of text: ${invocation.command.name}`);
  return invocation.text;
};

test("a command must get its arguments and options", () => {
  const { command, input } = run("up", "postgres", "litellm", "--timeout", "90s", "--no-example");
  expect(command.name).toBe("up");
  expect(input.args).toEqual(["postgres", "litellm"]);
  expect(input.text("timeout")).toBe("90s");
  expect(input.flag("noExample")).toBe(true);
  expect(input.flag("example")).toBe(false);
  expect(input.flag("plan")).toBe(false);
});

test("an option that was not typed must read as not given", () => {
  const { input, global } = run("up");
  for (const name of ["plan", "example", "noExample"]) expect(input.flag(name)).toBe(false);
  expect(input.text("timeout")).toBeUndefined();
  for (const name of ["json", "quiet", "noColor"]) expect(global.flag(name)).toBe(false);
  expect(global.texts("file")).toEqual([]);
});

const typed: readonly (readonly [readonly string[], string])[] = [
  [["--json"], "json"],
  [["--json-stream"], "jsonStream"],
  [["-q"], "quiet"],
  [["--verbose"], "verbose"],
  [["--no-color"], "noColor"],
];

test.each(typed)("%j must be understood on both sides of the command", (option, name) => {
  expect(run(...option, "status").global.flag(name)).toBe(true);
  expect(run("status", ...option).global.flag(name)).toBe(true);
});

test("global options with a value must be understood on both sides, and after a subcommand", () => {
  for (const argv of [
    ["-p", "second", "up"],
    ["up", "-p", "second"],
    ["db", "set-password", "--project-name", "second"],
    ["db", "--project-name=second", "set-password"],
  ]) {
    expect(run(...argv).global.text("projectName"), argv.join(" ")).toBe("second");
  }
});

test("every global option must be offered before and after every command", () => {
  const needed = ({ arguments: words = "" }: AnyCommand): readonly string[] =>
    (words.match(/<\w/g) ?? []).map(() => "x");
  const walk = (
    command: AnyCommand,
    path: readonly string[],
  ): readonly (readonly [readonly string[], readonly string[]])[] => [
    ...("load" in command ? [[path, needed(command)] as const] : []),
    ...(command.subcommands ?? []).flatMap((sub) => walk(sub, [...path, sub.name])),
  ];
  const options = /Options:\n([\s\S]*?)\n\nCommands:/.exec(textOf("--help"))?.[1] ?? "";
  const globals = [...options.matchAll(/(--(?!version|help)[\w-]+)( <\w+>)?/g)];
  expect(globals.length).toBeGreaterThan(8);
  for (const [path, args] of commands.flatMap((command) => walk(command, [command.name]))) {
    for (const [, long = "", value] of globals) {
      const words = value === undefined ? [long] : [long, "x"];
      expect(read(...words, ...path, ...args).kind, `${words.join(" ")} ${path.join(" ")}`).toBe("run");
      expect(read(...path, ...words, ...args).kind, `${path.join(" ")} ${words.join(" ")}`).toBe("run");
    }
  }
});

test("what stands behind run must stay another program's, with and without --", () => {
  const words = ["node", "--json", "x.js", "-p", "--", "-q"];
  for (const argv of [
    ["run", "--", ...words],
    ["run", ...words],
    ["-q", "run", "--", ...words],
  ]) {
    const { input, global } = run(...argv);
    expect(input.args, argv.join(" ")).toEqual(words);
    expect(global.flag("json")).toBe(false);
  }
  expect(run("run", "--json", "--", "--quiet").global.flag("json")).toBe(true);
  expect(run("run", "--json", "--", "--quiet").input.args).toEqual(["--quiet"]);
});

test("options that repeat must keep every value, on both sides together", () => {
  expect(run("-f", "a.yml", "-f", "b.yml", "up").global.texts("file")).toEqual(["a.yml", "b.yml"]);
  expect(run("-f", "a.yml", "up", "-f", "b.yml").global.texts("file")).toEqual(["a.yml", "b.yml"]);
});

test("logs -f must follow, while -f before the command is the file", () => {
  const { input, global } = run("-f", "other.yml", "logs", "-f", "litellm");
  expect(input.flag("follow")).toBe(true);
  expect(input.args).toEqual(["litellm"]);
  expect(global.texts("file")).toEqual(["other.yml"]);
  expect(run("logs", "--file", "other.yml").global.texts("file")).toEqual(["other.yml"]);
});

test("words after -- must be arguments, whatever they look like", () => {
  expect(run("up", "--", "--odd").input.args).toEqual(["--odd"]);
});

test("a subcommand must be found", () => {
  expect(run("db", "set-password").command.name).toBe("set-password");
});

test.each([
  [["upp"], "unknown command 'upp'", "goat-dev up"],
  [["-f", "x.yml", "upp", "postgres"], "unknown command 'upp'", "goat-dev -f x.yml up postgres"],
  [["up", "--tiemout", "9"], "unknown option '--tiemout'", "goat-dev up --timeout 9"],
  [["up", "--json", "--tiemout", "9"], "unknown option '--tiemout'", "goat-dev up --json --timeout 9"],
  [["up", "--tiemout=9"], "unknown option '--tiemout=9'", "goat-dev up --timeout=9"],
  [["--jsn", "up"], "unknown option '--jsn'", "goat-dev --json up"],
  [["db", "set-pasword"], "unknown command 'set-pasword'", "goat-dev db set-password"],
  [["replay", "a.jsonl", "sh", "-c", "echo hi"], "unknown option '-c'", "goat-dev replay a.jsonl -- sh -c 'echo hi'"],
])("%j must be refused with the command line that was perhaps meant", (argv, message, command) => {
  const error = errorOf(() => read(...argv));
  expect(error).toMatchObject({ code: "usage", exitCode: 2, message });
  expect(error.fixes).toEqual([{ command, effect: "perhaps this was meant" }]);
});

test("what is near to nothing must lead to the help", () => {
  const error = errorOf(() => read("kubernetes"));
  expect(error.message).toBe("unknown command 'kubernetes'");
  expect(error.fixes).toEqual([{ command: "goat-dev --help", effect: "all commands and options" }]);
});

test.each([
  [["up", "--timeout"], "option '--timeout <duration>' argument missing"],
  [["status", "postgres"], /too many arguments/],
])("%j must be refused", (argv, message) => {
  expect(errorOf(() => read(...argv))).toMatchObject({ code: "usage", message: expect.stringMatching(message) });
});

test("help and version must be texts, of the program and of each command", () => {
  expect(textOf("--version")).toBe("1.2.3\n");
  expect(textOf()).toBe(textOf("--help"));
  expect(textOf("help", "up")).toBe(textOf("up", "--help"));
  expect(textOf("db")).toContain("set-password");
  for (const { summary } of commands) expect(textOf("--help").replace(/\s+/g, " ")).toContain(summary);
});

test("the help of every command that does something must have examples, and each must parse", () => {
  const walk = (command: AnyCommand): readonly AnyCommand[] => [
    ...("load" in command ? [command] : []),
    ...(command.subcommands ?? []).flatMap(walk),
  ];
  for (const command of commands.flatMap(walk)) {
    expect(command.examples.length, command.name).toBeGreaterThan(0);
    for (const [line] of command.examples) {
      const words = /goat-dev ([^)"|]*)/.exec(line)?.[1]?.trim().split(" ") ?? [];
      expect(run(...words).command.name, line).toBe(command.name);
    }
  }
});
