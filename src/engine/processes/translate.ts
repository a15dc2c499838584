/** Where a service's port is reached on this machine, for what the Compose file calls `service:port`. */
export interface Address {
  readonly service: string;
  /** The port inside a container. */
  readonly port: number;
  /** "127.0.0.1:15432" */
  readonly here: string;
}

/** A path inside a container, and the path on this machine that it stands for. */
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

/** Puts this machine's addresses and paths into a variable's value or a word of a command. */
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

/** Matches whole paths only: not in the middle of another path or word, and not up to the middle of a name. */
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

/** Quotes a path for its place in a shell script; `quote` is the quote that is open there. */
function quoted(path: string, quote: Quote): string {
  if (/^[\w/.:@%+,-]*$/.test(path)) return path;
  if (quote === '"') return path.replace(/["$`\\]/g, "\\$&");
  const inSingle = path.replace(/'/g, "'\\''");
  return quote === "'" ? inSingle : `'${inSingle}'`;
}

/** The quote that is open at a position of a shell script; empty for none. */
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

/**
 * Matches `service:port` only at the start or after `/`, `@`, `,`, `=`, a quote, a bracket or space, and only where
 * neither name nor port goes on after it.
 */
function addressPattern(addresses: readonly Address[]): RegExp {
  return addresses.length === 0
    ? never
    : new RegExp(
        `(?<=^|[/@,=\\s"'(\\[])(?:${oneOf(addresses.map(({ service, port }) => `${service}:${port}`))})(?![\\w@:.-])`,
        "g",
      );
}

/** A command with this machine's addresses and paths; inside a shell script, paths are quoted where they need it. */
export function translateCommand(command: readonly string[], translation: Translation): readonly string[] {
  const script = scriptAt(command);
  return command.map((word, index) =>
    translatePaths(translateAddresses(word, translation.addresses), translation.paths, index === script),
  );
}

/** The index of a command's shell script, the word after `-c`; -1 where it runs no shell script. */
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
