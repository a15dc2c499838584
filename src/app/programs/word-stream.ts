export interface WordStream {
  add(text: string): void;
  /** Writes what is left, and ends the line. */
  end(): void;
}

/** Hands text on up to its last white space: a secret, which has none inside, is whole where it is masked. */
export function createWordStream(write: (text: string) => void): WordStream {
  let rest = "";
  let last = "\n";
  return {
    add: (text) => {
      rest += text;
      last = text.at(-1) ?? last;
      const at = rest.search(/\S*$/);
      if (at > 0) write(rest.slice(0, at));
      rest = rest.slice(at);
    },
    end: () => {
      const end = last === "\n" ? rest : `${rest}\n`;
      if (end !== "") write(end);
      rest = "";
      last = "\n";
    },
  };
}
