export interface WordStream {
  add(text: string): void;
  /** Writes what is left, and ends the line. */
  end(): void;
}

/** Passes text on up to its last white space only. A secret has none inside, so masking always sees it whole. */
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
