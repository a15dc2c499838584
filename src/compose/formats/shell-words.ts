type ShellWords =
  | {
      readonly words: readonly string[];
      /**
       * The rest of the line, from an unquoted `;`, `&`, `|`, `<` or `>` on. No shell reads it, so it is dropped, as in
       * Compose.
       */
      readonly dropped: string;
    }
  | { readonly problem: string };

interface State {
  readonly words: string[];
  word: string;
  /** True once the word exists, also when it is empty but quoted. */
  started: boolean;
  quote: "" | '"' | "'" | "(";
  backquote: boolean;
}

/** Splits a command line into words as Compose does, without a shell and without variables. */
export function parseShellWords(line: string): ShellWords {
  const state: State = { words: [], word: "", started: false, quote: "", backquote: false };
  const mistake = { problem: "quotes or brackets are not closed" };
  let index = 0;
  while (index < line.length) {
    const length = readChar(state, line, index);
    if (length === undefined) return mistake;
    if (length === 0) break;
    index += length;
  }
  if (!isFree(state)) return mistake;
  // In `2>file` the digit is part of the redirection, not a word.
  if (line.charAt(index) === ">" && /^\d/.test(state.word)) state.started = false;
  flush(state);
  return { words: state.words, dropped: line.slice(index) };
}

/** Reads the character at an index and says how many it took; 0 ends the line, undefined is a mistake. */
function readChar(state: State, line: string, index: number): number | undefined {
  const char = line.charAt(index);
  if (char === "\\" && state.quote !== "'") {
    if (index + 1 >= line.length) return undefined;
    add(state, line.charAt(index + 1));
    return 2;
  }
  if (isSpace(char)) {
    if (isFree(state)) flush(state);
    else state.word += char;
    return 1;
  }
  if (isFree(state) && ";&|<>".includes(char)) return 0;
  const step = readQuote(state, char);
  if (step === "word") add(state, char);
  return step === "mistake" ? undefined : 1;
}

function add(state: State, text: string): void {
  state.word += text;
  state.started = true;
}

function isSpace(char: string): boolean {
  return char === " " || char === "\t" || char === "\r" || char === "\n";
}

function isFree({ quote, backquote }: State): boolean {
  return quote === "" && !backquote;
}

function flush(state: State): void {
  if (state.started) state.words.push(state.word);
  state.word = "";
  state.started = false;
}

type Step = "word" | "consumed" | "mistake";

function readQuote(state: State, char: string): Step {
  const isOpen = state.quote === "";
  if ((char !== '"' && char !== "'") || !(isOpen || state.quote === char)) return readBracket(state, char);
  state.started ||= !isOpen;
  state.quote = isOpen ? char : "";
  return "consumed";
}

/** Backquotes and `$(…)` hold words together but stay part of the word. */
function readBracket(state: State, char: string): Step {
  const isOpen = state.quote === "";
  if (char === "`" && isOpen) state.backquote = !state.backquote;
  if (state.backquote || !(isOpen || state.quote === "(")) return "word";
  if (char === ")") state.quote = isOpen ? "(" : "";
  if (char !== "(") return "word";
  if (!isOpen || !state.word.endsWith("$")) return "mistake";
  state.quote = char;
  return "word";
}
