import type { NameKind } from "../app/completion/names.ts";
import type { AnyCommand, OptionSpec } from "../commands/command.ts";
import { globalOptions, globalOptionsOf } from "../commands/global-options.ts";
import { topics } from "../commands/topics.ts";

/** One thing that could be typed. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export type Completion =
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  /** File names, which the shell completes itself. */
  | { readonly kind: "files" };

/** Finds names in the project's files, such as services. The global options that were typed say which project. */
export type FindNames = (kind: NameKind, typed: GivenOptions) => Promise<readonly Candidate[]>;

/** Long flag -> the values that were given, in order. */
export type GivenOptions = ReadonlyMap<string, readonly string[]>;

/** What the last word can become. `words` are those after `goat-dev`, up to the cursor. */
export async function complete(
  words: readonly string[],
  commands: readonly AnyCommand[],
  findNames: FindNames,
): Promise<Completion> {
  const current = words.at(-1) ?? "";
  const place = readWords(words.slice(0, -1), commands);
  const offer = offerAt(place, current, commands);
  const found =
    offer.kind === "names"
      ? { kind: "candidates" as const, candidates: await findNames(offer.names, place.given) }
      : offer;
  if (found.kind === "files") return found;
  const prefix = offer.prefix ?? "";
  const candidates = found.candidates.map(({ value, description }) => ({ value: prefix + value, description }));
  return { kind: "candidates", candidates: candidates.filter(({ value }) => value.startsWith(current)) };
}

/** Where the cursor stands. */
interface Place {
  readonly command: AnyCommand | null;
  /** How many arguments stand before the cursor. */
  readonly position: number;
  /** The option before the cursor whose value is still missing. */
  readonly open: OptionSpec | null;
  /** True after `--`, from where on no word is an option. */
  readonly ended: boolean;
  readonly given: GivenOptions;
}

const start: Place = { command: null, position: 0, open: null, ended: false, given: new Map() };

function readWords(words: readonly string[], commands: readonly AnyCommand[]): Place {
  return words.reduce((place, word) => readWord(place, word, commands), start);
}

function readWord(place: Place, word: string, commands: readonly AnyCommand[]): Place {
  const { command, open, given } = place;
  if (open !== null) return { ...place, open: null, given: withValue(given, open, word) };
  if (isForeign(place)) return { ...place, position: place.position + 1 };
  if (word === "--" && !place.ended) return { ...place, ended: true };
  if (word.startsWith("-") && !place.ended) return readOption(place, word);
  const isName = place.position === 0 && !place.ended;
  const sub = isName ? subcommands(command, commands).find(({ name }) => name === word) : undefined;
  if (sub !== undefined) return { ...start, command: sub, given };
  return { ...place, position: place.position + 1 };
}

function readOption(place: Place, word: string): Place {
  const [name = "", value] = splitOnce(word);
  const option = optionsAt(place.command).find(({ flags }) => namesIn(flags).includes(name));
  if (option === undefined) return place;
  if (value !== undefined) return { ...place, given: withValue(place.given, option, value) };
  if (option.flags.includes("<")) return { ...place, open: option };
  return { ...place, given: withValue(place.given, option) };
}

/** `--model=gpt` in two; without a value the second is undefined. */
function splitOnce(word: string): readonly [string, string?] {
  const at = word.indexOf("=");
  return at < 0 || !word.startsWith("--") ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

function withValue(given: GivenOptions, option: OptionSpec, value?: string): GivenOptions {
  const name = longOf(option);
  return new Map([...given, [name, [...(given.get(name) ?? []), ...(value === undefined ? [] : [value])]]]);
}

type Offer = { readonly prefix?: string } & (
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" }
  | { readonly kind: "names"; readonly names: NameKind }
);

function offerAt(place: Place, current: string, commands: readonly AnyCommand[]): Offer {
  const { command, open, ended, position } = place;
  if (open !== null) return valuesOf(open.flags, open.choices);
  if (isForeign(place)) return { kind: "files" };
  if (current.startsWith("-") && !ended) return optionOffer(place, current);
  const names = position === 0 && !ended ? subcommands(command, commands) : [];
  if (names.length > 0) return list(names.map(({ name, summary }) => [name, summary]));
  return argumentOffer(place, commands);
}

function optionOffer({ command, given }: Place, current: string): Offer {
  const options = optionsAt(command);
  const [name, value] = splitOnce(current);
  const open = value === undefined ? undefined : options.find(({ flags }) => namesIn(flags).includes(name));
  if (open !== undefined) return { ...valuesOf(open.flags, open.choices), prefix: `${name}=` };
  const left = options.filter((option) => option.repeats === true || !given.has(longOf(option)));
  const rows = left.flatMap(({ flags, description }) =>
    namesIn(flags)
      .filter((each) => each.startsWith("--"))
      .map((each): [string, string] => [each, description]),
  );
  return list([...rows, ["--help", "this help"], ...(command === null ? [["--version", "the version"] as const] : [])]);
}

function argumentOffer({ command, position }: Place, commands: readonly AnyCommand[]): Offer {
  if (command === null) return list([]);
  if (command === help) return position === 0 ? helpOffer(commands) : list([]);
  const slots = (command.arguments ?? "").split(" ").filter((slot) => slot !== "");
  const slot = slots[position] ?? slots.at(-1);
  if (slot === undefined || (position >= slots.length && !slot.includes("..."))) return list([]);
  return valuesOf(slot, position === 0 ? command.choices : undefined);
}

function helpOffer(commands: readonly AnyCommand[]): Offer {
  return list([...commands, ...topics].map(({ name, summary }) => [name, summary]));
}

const nameKinds: readonly NameKind[] = ["service", "model", "entry", "snapshot"];

/** `choices` where there are any, else by the placeholder: `<model>`, `[service...]`, `<path>`. */
function valuesOf(written: string, choices: readonly string[] | undefined): Offer {
  if (choices !== undefined) return list(choices.map((choice) => [choice, ""]));
  const placeholder = /[<[]([\w-]+)/.exec(written)?.[1] ?? "";
  const names = nameKinds.find((kind) => kind === placeholder);
  if (names !== undefined) return { kind: "names", names };
  return ["path", "cassette", "command"].includes(placeholder) ? { kind: "files" } : list([]);
}

function list(rows: readonly (readonly [string, string])[]): Offer {
  return { kind: "candidates", candidates: rows.map(([value, description]) => ({ value, description })) };
}

/** True where the word belongs to another program: `run -- python |`, `replay chat.jsonl pytest |`. */
function isForeign({ command, position }: Place): boolean {
  const isProgram = command?.arguments?.endsWith("[command...]") === true;
  return isProgram && position >= (command.arguments?.split(" ").length ?? 0);
}

function subcommands(command: AnyCommand | null, commands: readonly AnyCommand[]): readonly AnyCommand[] {
  return command === null ? [...commands, help] : (command.subcommands ?? []);
}

/** The command that commander adds by itself. */
const help = {
  name: "help",
  summary: "help on a command, or on a topic",
  options: [],
  examples: [],
  subcommands: [],
} satisfies AnyCommand;

function optionsAt(command: AnyCommand | null): readonly OptionSpec[] {
  return command === null ? globalOptions : [...command.options, ...globalOptionsOf(command)];
}

function namesIn(flags: string): readonly string[] {
  return flags.match(/(?<![\w-])--?[\w-]+/g) ?? [];
}

/** The option's own long name: the last one where it has several, as in `--dry-run, --plan`. */
function longOf({ flags }: OptionSpec): string {
  return namesIn(flags).at(-1) ?? flags;
}
