import { GoatError } from "../../errors/goat-error.ts";
import { list } from "../../platform/text.ts";
import { type CheckResult, ok, problem } from "../check.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What stands in DATABASE_URL as it is, because Compose cannot encode. */
const inDatabaseUrl = ["POSTGRES_USER", "POSTGRES_PASSWORD"] as const;

const kinds: readonly (readonly [RegExp, string])[] = [
  [/\s/u, "a space"],
  [/[:/?#[\]@]/, "a character that divides a URL (: / ? # [ ] @)"],
  [/%/, "a percent sign"],
  [/[^\p{ASCII}]/u, "a letter outside ASCII"],
  [/["<>\\^`{|}]|\p{Cc}/u, "a character that no URL may hold"],
];

/** The database's user and password fit into DATABASE_URL as they are. */
export function checkPasswords(variables: Variables): CheckResult {
  const error = passwordMistakes(variables);
  return error === undefined ? ok("database password fits a URL") : problem(error);
}

/** The error where a database user or password would need URL-encoding; says which kind of character, never the value. */
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
