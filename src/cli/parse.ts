import { type Argument, Command as Commander, CommanderError, Option } from "commander";
import type { AnyCommand, OptionSpec, Runnable, Typed } from "../commands/command.ts";
import { globalOptions, globalOptionsOf } from "../commands/global-options.ts";
import { topics, topicText } from "../commands/topics.ts";
import { GoatError } from "../errors/goat-error.ts";
import { quoteForSh } from "../platform/shell-quote.ts";

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "run"; readonly command: Runnable; readonly input: Typed; readonly global: Typed }
  /** --help or --version: text for stdout. */
  | { readonly kind: "text"; readonly text: string };

const helpTail = `
Examples:
  goat-dev up                    bring the stack up, prove that it works
  goat-dev restart litellm       take over an edited dev/litellm-config.yaml
  goat-dev doctor                what is wrong, and what to type

More: goat-dev help ${topics.map(({ name }) => name).join(" | ")}`;

/** Reads argv (without node and script). Throws usage with the nearest command or option named. */
export function parse(argv: readonly string[], commands: readonly AnyCommand[], version: string): Invocation {
  const topic = argv[0] === "help" && argv.length === 2 ? topics.find(({ name }) => name === argv[1]) : undefined;
  if (topic !== undefined) return { kind: "text", text: topicText(topic) };
  const output: string[] = [];
  let found: Invocation | undefined;
  const program = createProgram(version, output);
  // Only the command that was typed is built: building all of them takes longer than parsing.
  const typed = commands.filter(({ name }) => name === argv[0]);
  for (const command of typed.length > 0 ? typed : commands) {
    addCommand(program, command, (chosen, node) => {
      found = { kind: "run", command: chosen, input: inputOf(node), global: inputOf(program, ...lineage(node)) };
    });
  }
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0 || error.code === "commander.help") return { kind: "text", text: output.join("") };
    throw usageError(error, output, argv, commands);
  }
  if (found !== undefined) return found;
  return { kind: "text", text: program.helpInformation() };
}

function createProgram(version: string, output: string[]): Commander {
  const program = new Commander("goat-dev")
    .description("A working LLM gateway on your own machine: Postgres, Langfuse and LiteLLM, ready and proven.")
    .version(version, "-V, --version", "the version")
    .helpOption("-h, --help", "this help")
    .helpCommand("help [command]", "help on a command, or on a topic below")
    .showSuggestionAfterError(true)
    // Leaves out commander's "[options]": every command has options, and the line needs the room for its summary.
    .configureHelp({
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(written)].join(" "),
    })
    .enablePositionalOptions()
    .addHelpText("after", helpTail);
  for (const option of globalOptions) program.addOption(optionOf(option));
  return quieten(program, output);
}

function optionOf(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.repeats === true) option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
  return option;
}

function written(argument: Argument): string {
  const inner = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${inner}>` : `[${inner}]`;
}

/** Everything commander would print is collected, and it throws where it would exit. */
function quieten(program: Commander, output: string[]): Commander {
  return program.exitOverride().configureOutput({
    writeOut: (text) => output.push(text),
    writeErr: (text) => output.push(text),
    outputError: (text) => output.push(text),
  });
}

function addCommand(
  parent: Commander,
  command: AnyCommand,
  choose: (command: Runnable, node: Commander) => void,
): void {
  const node = parent.command(command.name).description(command.summary).helpOption("-h, --help", "this help");
  if (command.arguments !== undefined) node.arguments(command.arguments);
  if (command.passThrough === true) node.passThroughOptions();
  for (const option of command.options) node.addOption(optionOf(option));
  // Global options are understood after the command too: `goat-dev up --json`.
  for (const option of globalOptionsOf(command)) node.addOption(optionOf(option).hideHelp());
  if (command.examples.length > 0) node.addHelpText("after", examplesOf(command));
  if (isRunnable(command)) node.action(() => choose(command, node));
  for (const sub of command.subcommands ?? []) addCommand(node, sub, choose);
  node.copyInheritedSettings(parent);
}

function examplesOf({ examples }: AnyCommand): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  return `\nExamples:\n${examples.map(([line, effect]) => `  ${line.padEnd(width)}   ${effect}`).join("\n")}`;
}

function isRunnable(command: AnyCommand): command is Runnable {
  return "call" in command;
}

/** The arguments and options that were typed, before or after the command's name; `--no-x` is the flag `noX`. */
function inputOf(...nodes: readonly Commander[]): Typed {
  const values: Record<string, unknown> = {};
  for (const node of nodes) {
    for (const [name, value] of Object.entries(node.opts())) {
      if (node.getOptionValueSource(name) !== "cli") continue;
      const before = values[name];
      if (value === false) values[`no${name.charAt(0).toUpperCase()}${name.slice(1)}`] = true;
      // Values of an option that repeats add up, whether given before or after the command's name.
      else values[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
    }
  }
  return {
    args: nodes.at(-1)?.args ?? [],
    flag: (name) => values[name] === true,
    text: (name) => (typeof values[name] === "string" ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? values[name].filter((part) => typeof part === "string") : []),
  };
}

/** A command with its parent commands, the outermost first; without the program itself. */
function lineage(node: Commander): readonly Commander[] {
  return node.parent === null ? [] : [...lineage(node.parent), node];
}

function usageError(
  error: CommanderError,
  output: readonly string[],
  argv: readonly string[],
  commands: readonly AnyCommand[],
): GoatError {
  const message = (output.join("") || error.message)
    .replace(/^error: /, "")
    .trim()
    .replace(/\n+/g, " ");
  const suggested = /Did you mean (?:one of )?(\S+?)[?,]/.exec(message)?.[1];
  const wrong = /^unknown \w+ '([^'=]+)/.exec(message)?.[1];
  const meant = wrong === undefined ? undefined : meantBy(argv, wrong, suggested, commands);
  const fix =
    meant === undefined
      ? { command: "goat-dev --help", effect: "all commands and options" }
      : { command: `goat-dev ${meant}`, effect: "perhaps this was meant" };
  return new GoatError("usage", message.replace(/ ?\(Did you mean.*\)/, ""), { fixes: [fix] });
}

/** The command line that was perhaps meant; undefined where nothing is near. */
function meantBy(
  argv: readonly string[],
  wrong: string,
  suggested: string | undefined,
  commands: readonly AnyCommand[],
): string | undefined {
  if (suggested !== undefined) return correct(argv, wrong, suggested);
  const command = commands.find(({ name }) => name === argv[0]);
  const takesProgram = command?.arguments?.endsWith("[command...]") === true;
  return takesProgram && !argv.includes("--") ? withDashes(argv, wrong) : undefined;
}

/**
 * The command line with `--` before the program whose option was taken for one of goat-dev's, as in
 * `replay chat.jsonl sh -c …`.
 */
function withDashes(argv: readonly string[], wrong: string): string | undefined {
  const at = argv.indexOf(wrong) - 1;
  if (at < 1 || argv[at]?.startsWith("-") !== false) return undefined;
  return argv.toSpliced(at, 0, "--").map(quoteForSh).join(" ");
}

/** The command line with its wrong word replaced. */
function correct(argv: readonly string[], wrong: string, suggested: string): string {
  const at = argv.findIndex((word) => word === wrong || word.startsWith(`${wrong}=`));
  return argv.map((word, index) => (index === at ? suggested + word.slice(wrong.length) : word)).join(" ");
}
