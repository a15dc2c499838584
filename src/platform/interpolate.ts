export type Lookup = (name: string) => string | undefined;

export type Interpolated =
  | { readonly value: string; readonly unset: readonly string[] }
  /** Names variables, never their values. `missing` is a required variable without one. */
  | { readonly problem: string; readonly missing?: string };

interface State {
  readonly lookup: Lookup;
  readonly unset: string[];
  failure?: { readonly problem: string; readonly missing?: string };
}

const operators = [":-", "-", ":?", "?", ":+", "+"] as const;
type Operator = (typeof operators)[number];

/** Where the `}` of a leading `${` stands; -1 where braces do not balance. */
const closingBrace = (text: string): number => {
  let open = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === "}") {
      open--;
      if (open === 0) return index;
    } else if (text[index] === "{") {
      open++;
      // As Compose: the character after an opening brace is passed over.
      index++;
    }
  }
  return -1;
};

interface Reference {
  readonly name: string;
  readonly operator: Operator;
  readonly argument: string;
}

const choose = ({ name, operator, argument }: Reference, state: State): string => {
  const value = state.lookup(name);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isSet ? substitute(argument, state) : (value ?? "");
  if (isSet) return value;
  if (operator.endsWith("-")) return substitute(argument, state);
  // The reason stays as written: a variable in it could be a secret.
  const reason = argument === "" ? "" : `: ${argument}`;
  state.failure ??= { problem: `required variable ${name} is missing a value${reason}`, missing: name };
  return "";
};

const plainVariable = (name: string, state: State): string => {
  const value = state.lookup(name);
  if (value === undefined) state.unset.push(name);
  return value ?? "";
};

const invalid = "a $ here begins no variable that can be read; write $$ for a plain $";

/** One `$…` at the start of the text: its value and its length. */
const readOne = (text: string, state: State): readonly [string, number] => {
  if (text.startsWith("$$")) return ["$", 2];
  const plain = /^\$(?:([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\})/i.exec(text);
  if (plain !== null) return [plainVariable(plain[1] ?? plain[2] ?? "", state), plain[0].length];
  if (!text.startsWith("${")) return ["$", 1];
  // As Compose: everything up to the line's last brace belongs together before it is cut at the balancing one.
  const braced = /^\$\{([_a-z][_a-z0-9]*)(:?[-+?])[^\n]*\}/i.exec(text);
  const name = braced?.[1];
  const operator = operators.find((candidate) => candidate === braced?.[2]);
  if (braced === null || name === undefined || operator === undefined) {
    state.failure ??= { problem: invalid };
    return ["", 2];
  }
  const end = closingBrace(braced[0]);
  const whole = end < 0 ? braced[0] : braced[0].slice(0, end + 1);
  const argument = whole.slice(2 + name.length + operator.length, -1);
  return [choose({ name, operator, argument }, state), whole.length];
};

const substitute = (template: string, state: State): string => {
  let output = "";
  let rest = template;
  for (let dollar = rest.indexOf("$"); dollar >= 0; dollar = rest.indexOf("$")) {
    const [text, length] = readOne(rest.slice(dollar), state);
    output += rest.slice(0, dollar) + text;
    rest = rest.slice(dollar + length);
  }
  return output + rest;
};

/** Compose's variables: `$X ${X} ${X:-d} ${X-d} ${X:?e} ${X?e} ${X:+r} ${X+r}`, nested, and `$$` for a dollar. */
export const interpolate = (template: string, lookup: Lookup): Interpolated => {
  const state: State = { lookup, unset: [] };
  const value = substitute(template, state);
  return state.failure ?? { value, unset: [...new Set(state.unset)] };
};
