import { GoatError } from "../../errors/goat-error.ts";
import { isRecord } from "../../model/fields.ts";
import { list, nearest } from "../../platform/text.ts";
import type { CeilingLimits } from "../../tap/ceiling.ts";
import { type Fault, faultForms, parseFault } from "../../tap/fault-spec.ts";

/** What is to happen to a program's calls on their way to the gateway. */
export interface TapInput extends CeilingLimits {
  /** The form of the bill on stderr at the end; null for no bill. */
  readonly bill: "line" | "table" | null;
  /** Where the bill goes as JSON. */
  readonly billFile: string | null;
  /** Show each call as it ends. */
  readonly show: boolean;
  /** The file that keeps each call and its answer. */
  readonly record: string | null;
  /** Fields of a request that do not count when it is compared, such as metadata.user. */
  readonly ignore: readonly string[];
  readonly faults: readonly Fault[];
  /** The seed of the faults; null draws one at random. */
  readonly seed: number | null;
  /** The variables of Anthropic's clients, too. */
  readonly anthropic: boolean;
}

/** The file that answers calls in the gateway's place, and how. */
export interface ReplayInput {
  readonly file: string;
  readonly repeat: "last" | "fail";
  readonly pace: "real" | "none";
  /** Calls that are not in the file go to the gateway, and are kept. */
  readonly recordMissing: boolean;
}

/** Options as they were written, by name: `{ "max-cost": "0.50", show: true }`. */
export type WrittenOptions = Readonly<Record<string, unknown>>;

/** True where something needs the tap. */
export function isAskedFor(input: TapInput): boolean {
  const { bill, billFile, show, record, maxCostUsd, maxCalls, maxTokens, faults } = input;
  const asked = [bill, billFile, record, maxCostUsd, maxCalls, maxTokens].some((value) => value !== null);
  return asked || show || faults.length > 0;
}

const names = "bill bill-file show record ignore max-cost max-calls max-tokens fault seed anthropic".split(" ");

/** The options as typed, else as the Compose file's `x-goat: { run: … }` has them. Throws usage for a wrong value. */
export function readTapInput(typed: WrittenOptions, defaults: unknown): TapInput {
  const file = defaultsIn(defaults);
  const find = (name: string): Written => {
    const isTyped = typed[name] !== undefined;
    const value = isTyped ? typed[name] : file[name];
    const texts = [value].flat().filter((each) => typeof each === "string" || typeof each === "number");
    return { where: isTyped ? `--${name}` : `x-goat: run: ${name}`, isOn: value === true, texts: texts.map(String) };
  };
  const text = (name: string): string | null => find(name).texts.at(-1) ?? null;
  return {
    bill: readBill(find("bill")),
    billFile: text("bill-file"),
    show: find("show").isOn,
    record: text("record"),
    ignore: find("ignore").texts,
    maxCostUsd: readNumber(find("max-cost"), /^\$?(\d+(?:\.\d+)?|\.\d+)$/, "US dollars such as 0.50"),
    maxCalls: readNumber(find("max-calls"), /^(\d+)$/, "a number such as 200"),
    maxTokens: readNumber(find("max-tokens"), /^(\d+(?:\.\d+)?[kM]?)$/, "a number such as 100k"),
    faults: readFaults(find("fault")),
    seed: readNumber(find("seed"), /^(\d+)$/, "a whole number such as 4711"),
    anthropic: find("anthropic").isOn,
  };
}

/** Where and how an option is written. */
interface Written {
  readonly where: string;
  readonly isOn: boolean;
  readonly texts: readonly string[];
}

function defaultsIn(block: unknown): WrittenOptions {
  if (block === undefined || block === null) return {};
  if (!isRecord(block)) throw wrong("x-goat: run", JSON.stringify(block), "a map such as { bill: true }");
  const unknown = Object.keys(block).find((name) => !names.includes(name));
  if (unknown === undefined) return block;
  throw new GoatError("usage", `x-goat: run has no "${unknown}"`, {
    evidence: [`it takes ${list(names)}`],
    fixes: [{ command: `${nearest(unknown, names) ?? names[0]}: …`, effect: "perhaps this was meant" }],
  });
}

function wrong(where: string, written: string, expects: string, fix = "goat-dev run --help"): GoatError {
  return new GoatError("usage", `${where} is ${written}, and should be ${expects}`, {
    fixes: [
      {
        command: fix,
        effect: fix.includes("--help") ? "all options, with examples" : "the two dashes end the options",
      },
    ],
  });
}

function readBill({ where, isOn, texts }: Written): TapInput["bill"] {
  const how = texts.at(-1);
  if (how === undefined) return isOn ? "line" : null;
  if (how === "line" || how === "table") return how;
  throw wrong(where, JSON.stringify(how), "line or table", "goat-dev run --bill -- COMMAND");
}

function readNumber({ where, texts }: Written, form: RegExp, expects: string): number | null {
  const text = texts.at(-1);
  if (text === undefined) return null;
  const [, number] = form.exec(text.trim()) ?? [];
  if (number === undefined) throw wrong(where, JSON.stringify(text), expects);
  const unit = { k: 1_000, M: 1_000_000 }[number.at(-1) ?? ""] ?? 1;
  return Number(number.replace(/[kM]$/, "")) * unit;
}

function readFaults({ where, texts }: Written): readonly Fault[] {
  return texts.map((text) => {
    const fault = parseFault(text);
    if (fault === undefined) throw wrong(where, JSON.stringify(text), `one such as ${faultForms}`);
    return fault;
  });
}
