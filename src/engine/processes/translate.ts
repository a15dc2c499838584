/** Where a service's port is reached on this machine, for what the Compose file calls `service:port`. */
export interface Address {
  readonly service: string;
  /** The port inside a container. */
  readonly port: number;
  /** "127.0.0.1:15432" */
  readonly here: string;
}

/** Where a container would see a path, and where it lies here. */
interface PathPair {
  readonly target: string;
  readonly path: string;
}

export interface Translation {
  readonly addresses: readonly Address[];
  readonly paths: readonly PathPair[];
}

const never = /(?!)/g;

type Quote = "" | "'" | '"';

const shells = /(?:^|\/)(?:sh|bash|dash|ash|zsh|ksh|busybox)$/;

/** A value of the environment, or a word of a command, with this machine's addresses and paths. */
export function translateText(text: string, { addresses, paths }: Translation): string {
  return translatePaths(translateAddresses(text, addresses), paths, false);
}

function translatePaths(text: string, paths: readonly PathPair[], isScript: boolean): string {
  const pairs = paths
    .map(({ target, path }) => ({ target: withoutSlash(target), path }))
    .filter((p) => p.target !== "/");
  return text.replace(pathPattern(pairs), (found: string, at: number) => {
    const path = pairs.find(({ target }) => target === found)?.path ?? found;
    return isScript ? quoted(path, quoteAt(text, at)) : path;
  });
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** A path begins where no other path or word does, and ends where its last name does. */
function pathPattern(paths: readonly PathPair[]): RegExp {
  return paths.length === 0
    ? never
    : new RegExp(
        `(?<=^|[\\s=:,;"'\`(<>|&{\\[!])(?:${oneOf(paths.map(({ target }) => target))})(?=$|[/\\s=:,;"'\`)<>|&}\\]!?])`,
        "g",
      );
}

/** The longest first, so that no shorter one takes a part of it. */
function oneOf(texts: readonly string[]): string {
  return [...texts]
    .sort((a, b) => b.length - a.length)
    .map(literally)
    .join("|");
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A path as a shell reads it back at this place of its text. */
function quoted(path: string, quote: Quote): string {
  if (/^[\w/.:@%+,-]*$/.test(path)) return path;
  if (quote === '"') return path.replace(/["$`\\]/g, "\\$&");
  const inSingle = path.replace(/'/g, "'\\''");
  return quote === "'" ? inSingle : `'${inSingle}'`;
}

/** Inside which quotes of a shell's text a place is. */
function quoteAt(script: string, end: number): Quote {
  let quote: Quote = "";
  for (let index = 0; index < end; index += 1) {
    const char = script[index];
    if (char === "\\" && quote !== "'") index += 1;
    else if (quote === "" && (char === "'" || char === '"')) quote = char;
    else if (char === quote) quote = "";
  }
  return quote;
}

function translateAddresses(text: string, addresses: readonly Address[]): string {
  return text.replace(addressPattern(addresses), (found) => {
    const address = addresses.find(({ service, port }) => found === `${service}:${port}`);
    return address?.here ?? found;
  });
}

/** A host stands alone: after nothing, `/`, `@`, `,`, `=`, a quote, a bracket or space; what follows its port ends it. */
function addressPattern(addresses: readonly Address[]): RegExp {
  return addresses.length === 0
    ? never
    : new RegExp(
        `(?<=^|[/@,=\\s"'(\\[])(?:${oneOf(addresses.map(({ service, port }) => `${service}:${port}`))})(?![\\w@:.-])`,
        "g",
      );
}

/** A command as this machine runs it; in a shell's text, what needs quotes gets them. */
export function translateCommand(command: readonly string[], translation: Translation): readonly string[] {
  const script = scriptAt(command);
  return command.map((word, index) =>
    translatePaths(translateAddresses(word, translation.addresses), translation.paths, index === script),
  );
}

/** Where a command holds a shell's text: the word after `-c`. */
function scriptAt(command: readonly string[]): number {
  const shell = command.findIndex((word) => shells.test(word));
  const flag = command.findIndex((word, index) => index > shell && /^-[a-z]*c$/.test(word));
  return shell < 0 || flag < 0 ? -1 : flag + 1;
}

export function translateEnvironment(
  environment: Readonly<Record<string, string>>,
  translation: Translation,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, translateText(value, translation)]),
  );
}
