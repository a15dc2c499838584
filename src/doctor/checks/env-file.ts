import { GoatError } from "../../errors/goat-error.ts";
import { list } from "../../platform/text.ts";
import { type KeyMistake, type Keys, providers } from "../../project/keys.ts";
import { type CheckResult, ok, problem, warning } from "../check.ts";

/** `.env` is there and nobody else may read it. `mode` is its permission bits, null where there is no file. */
export function checkEnvFile(path: string, mode: number | null): CheckResult {
  if (mode === null) return warning(`no ${path} yet: goat-dev up makes it`);
  const octal = `0${(mode & 0o777).toString(8)}`;
  if ((mode & 0o077) === 0) return ok(`.env mode ${octal}`);
  return warning(`${path} can be read by others (mode ${octal}): chmod 600 ${path}`);
}

/** Facts about keys other than their values: where each is set, and notes on why one may not have been found. */
export interface KeyContext {
  readonly envFile: string;
  /** Variable -> `.env:12`, or the shell. */
  readonly places: Readonly<Record<string, KeyPlace>>;
  readonly notes: readonly string[];
}

interface KeyPlace {
  readonly text: string;
  /** The command that opens the file at this line, or unsets the shell's variable. */
  readonly mend: string;
}

/** Checks that at least one provider has all its keys, and that no variable holds what cannot be a key. */
export function checkProviderKeys(keys: Keys, context: KeyContext): readonly CheckResult[] {
  if (keys.usable.length === 0) return [problem(noProviderKey(keys, context))];
  const half = keys.halfSet.map(({ provider, missing }) => `${provider.id} lacks ${list(missing)}`);
  const set = ok([`${list(keys.usable.map(({ id }) => id))} key set`, ...half].join(" · "));
  return [set, ...keys.mistaken.map((mistake) => problem(mistakenKey(mistake, context)))];
}

/** The error for a provider's variable with an impossible value; it names the variable's place, never its value. */
function mistakenKey({ provider, variable, why }: KeyMistake, { places, notes }: KeyContext): GoatError {
  const place = places[variable];
  const isBase = variable.endsWith("_BASE");
  const message = `${variable}${place === undefined ? "" : ` (${place.text})`} ${why}`;
  return new GoatError(isBase ? "azure-base-invalid" : "provider-key-invalid", message, {
    evidence: notes,
    fixes: [
      place?.mend.startsWith("unset") === true
        ? { command: place.mend, effect: "lets the line of .env count" }
        : {
            command: `goat-dev keys set ${isBase ? variable : provider.id}`,
            effect: `asks for it, hidden, and writes it there; they come from ${provider.url}`,
          },
    ],
  });
}

/** The error where no provider has its keys; names the variables and the file, never a value. */
export function noProviderKey(keys: Keys, context: KeyContext): GoatError {
  const [mistake] = keys.mistaken;
  if (mistake !== undefined) return mistakenKey(mistake, context);
  const { envFile } = context;
  const evidence = keys.halfSet.map(({ provider, missing }) => `${provider.name}: ${list(missing)} is missing`);
  const wanted = providers.map(({ variables }) => variables.join(" with "));
  const unset = context.notes.map((note) => /unset \w+$/.exec(note)?.[0]).find((found) => found !== undefined);
  return new GoatError("no-provider-key", `no provider key in ${envFile}: set one of ${list(wanted, "or")}`, {
    evidence: [...evidence, ...context.notes, ...keys.notes],
    fixes: [
      ...(unset === undefined ? [] : [{ command: unset, effect: "lets the line of .env count" }]),
      {
        command: "goat-dev keys set groq",
        effect: `asks for it, hidden, and writes it into ${envFile}; or azure, openai, anthropic`,
      },
      { command: "goat-dev up --demo", effect: "needs no key: the models answer from the config" },
    ],
  });
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The database's user and password fit into DATABASE_URL as they are. */
export function checkPasswords(variables: Variables): CheckResult {
  const error = passwordMistakes(variables);
  return error === undefined ? ok("database password fits a URL") : problem(error);
}

/** The variables that Compose puts into DATABASE_URL unchanged, because it cannot URL-encode. */
const inDatabaseUrl = ["POSTGRES_USER", "POSTGRES_PASSWORD"] as const;

const kinds: readonly (readonly [RegExp, string])[] = [
  [/\s/u, "a space"],
  [/[:/?#[\]@]/, "a character that divides a URL (: / ? # [ ] @)"],
  [/%/, "a percent sign"],
  [/[^\p{ASCII}]/u, "a letter outside ASCII"],
  [/["<>\\^`{|}]|\p{Cc}/u, "a character that no URL may hold"],
];

/** The error for a database user or password that needs URL-encoding; names the kind of character, never the value. */
export function passwordMistakes(env: Variables): GoatError | undefined {
  const evidence = inDatabaseUrl.flatMap((name) => {
    const value = env[name] ?? "";
    const found = kinds.filter(([pattern]) => pattern.test(value)).map(([, kind]) => kind);
    return found.length === 0 ? [] : [{ name, text: `${name} holds ${list(found)}` }];
  });
  if (evidence.length === 0) return undefined;
  const names = evidence.map(({ name }) => name);
  return new GoatError("password-needs-encoding", `${list(names)} would need URL-encoding in DATABASE_URL`, {
    evidence: evidence.map(({ text }) => text),
    fixes: names.map((name) => ({
      command: `set ${name} in .env to letters, digits and - . _ ~`,
      effect: name === "POSTGRES_PASSWORD" ? "then goat-dev db set-password, where the database is already made" : "",
    })),
  });
}
