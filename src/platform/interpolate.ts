export type Lookup = (name: string) => string | undefined;

export type Interpolated =
  | { readonly value: string; readonly unset: readonly string[] }
  /** Names variables, never their values. `missing` is a required variable without one. */
  | { readonly problem: string; readonly missing?: string };

/** Compose's variables: `$X ${X} ${X:-d} ${X-d} ${X:?e} ${X?e} ${X:+r} ${X+r}`, nested, and `$$` for a dollar. */
export function interpolate(template: string, lookup: Lookup): Interpolated {
  const state: State = { lookup, unset: new Set() };
  const value = substitute(template, state, 0);
  return state.failure ?? { value, unset: [...state.unset] };
}

interface State {
  readonly lookup: Lookup;
  readonly unset: Set<string>;
  failure?: { readonly problem: string; readonly missing?: string };
}

const depthLimit = 100;

function substitute(template: string, state: State, depth: number): string {
  if (depth > depthLimit) state.failure ??= { problem: `variables are nested deeper than ${depthLimit} levels here` };
  const lastBrace = lastBraces(template);
  let output = "";
  let done = 0;
  for (let at = template.indexOf("$"); at >= 0 && !state.failure; at = template.indexOf("$", done)) {
    const [text, end] = readOne(template, at, lastBrace, state, depth);
    output += template.slice(done, at) + text;
    done = end;
  }
  return output + template.slice(done);
}

const operators = [":-", "-", ":?", "?", ":+", "+"] as const;
type Operator = (typeof operators)[number];

interface Reference {
  readonly name: string;
  readonly operator: Operator;
  readonly argument: string;
}

const invalid = "a $ here begins no variable that can be read; write $$ for a plain $";

/** The `$…` that stands at a place: its value and where it ends. */
function readOne(
  template: string,
  at: number,
  lastBrace: (at: number) => number,
  state: State,
  depth: number,
): readonly [string, number] {
  if (template[at + 1] === "$") return ["$", at + 2];
  const plain = matchAt(/\$(?:([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\})/iy, template, at);
  if (plain !== null) return [plainVariable(plain[1] ?? plain[2] ?? "", state), at + plain[0].length];
  if (template[at + 1] !== "{") return ["$", at + 1];
  const head = matchAt(/\$\{([_a-z][_a-z0-9]*)(:?[-+?])/iy, template, at);
  const [whole = "", name = ""] = head ?? [];
  const operator = operators.find((candidate) => candidate === head?.[2]);
  // As Compose does: takes everything up to the line's last brace, then cuts it at the matching one.
  const last = lastBrace(at);
  if (operator === undefined || last < at + whole.length) {
    state.failure ??= { problem: invalid };
    return ["", at + 2];
  }
  const end = closingBrace(template, at + 1, last);
  const argument = template.slice(at + whole.length, end);
  return [choose({ name, operator, argument }, state, depth), end + 1];
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Gives the position of the last `}` in the line of a position, or -1; searches each line only once. */
function lastBraces(text: string): (at: number) => number {
  let [lineEnd, last] = [-1, -1];
  return (at) => {
    if (at < lineEnd) return last;
    const newline = text.indexOf("\n", at);
    lineEnd = newline < 0 ? text.length : newline;
    last = lineEnd - 1;
    while (last > at && text[last] !== "}") last -= 1;
    if (last <= at) last = -1;
    return last;
  };
}

/** Where the `}` stands that belongs to the `{` at `open`; `last` where braces do not balance. */
function closingBrace(text: string, open: number, last: number): number {
  let depth = 0;
  for (let at = open; at <= last; at++) {
    if (text[at] === "}") {
      depth--;
      if (depth === 0) return at;
    } else if (text[at] === "{") {
      depth++;
      // As Compose: the character after an opening brace is passed over.
      at++;
    }
  }
  return last;
}

function choose({ name, operator, argument }: Reference, state: State, depth: number): string {
  const value = state.lookup(name);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isSet ? substitute(argument, state, depth + 1) : (value ?? "");
  if (isSet) return value;
  if (operator.endsWith("-")) return substitute(argument, state, depth + 1);
  // The reason stays as written: a variable in it could be a secret.
  const reason = argument === "" ? "" : `: ${argument}`;
  state.failure ??= { problem: `required variable ${name} is missing a value${reason}`, missing: name };
  return "";
}

function plainVariable(name: string, state: State): string {
  const value = state.lookup(name);
  if (value === undefined) state.unset.add(name);
  return value ?? "";
}
