const space = /[\s,]*/y;
const name = /[_A-Za-z][_A-Za-z0-9]*/y;
const literal = /-?[0-9][0-9.eE+-]*|(?:true|false|null)(?![_A-Za-z0-9])/y;

/** Reads GraphQL text token by token. Its errors say where it stopped and never quote the text, which is a user's data. */
export class GraphqlText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(): never {
    throw new SyntaxError(`the query cannot be read at character ${this.#at}`);
  }

  isAt(mark: string): boolean {
    this.#skip();
    return this.#text[this.#at] === mark;
  }

  take(mark: string): boolean {
    if (!this.isAt(mark)) return false;
    this.#at += 1;
    return true;
  }

  need(mark: string): void {
    if (!this.take(mark)) this.fail();
  }

  name(): string {
    return this.#match(name) ?? this.fail();
  }

  /** A string with its quotes, a number, true, false or null, all written as JSON writes them; undefined where none stands. */
  scalar(): string | undefined {
    if (!this.isAt('"')) return this.#match(literal);
    const start = this.#at;
    this.#at = endOfString(this.#text, start) ?? this.fail();
    return this.#text.slice(start, this.#at);
  }

  needEnd(): void {
    this.#skip();
    if (this.#at !== this.#text.length) this.fail();
  }

  #skip(): void {
    space.lastIndex = this.#at;
    space.test(this.#text);
    this.#at = space.lastIndex;
  }

  #match(token: RegExp): string | undefined {
    this.#skip();
    token.lastIndex = this.#at;
    const found = token.exec(this.#text)?.[0];
    if (found !== undefined) this.#at = token.lastIndex;
    return found;
  }
}

/** Where the string that begins with the quote at `start` is over. No regular expression: a string can have megabytes. */
export function endOfString(text: string, start: number): number | undefined {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return undefined;
}
