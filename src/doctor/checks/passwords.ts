import { passwordMistakes } from "../../project/passwords.ts";
import { type CheckResult, ok, problem } from "../check.ts";

/** The database's user and password fit into DATABASE_URL as they are. */
export const checkPasswords = (variables: Readonly<Record<string, string>>): CheckResult => {
  const error = passwordMistakes(variables);
  return error === undefined ? ok("database password fits a URL") : problem(error);
};
