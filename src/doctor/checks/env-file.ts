import { type CheckResult, ok, warning } from "../check.ts";

/** `.env` is there and nobody else may read it. `mode` is its permission bits, null where there is no file. */
export function checkEnvFile(path: string, mode: number | null): CheckResult {
  if (mode === null) return warning(`no ${path} yet: goat-dev up makes it`);
  const octal = `0${(mode & 0o777).toString(8)}`;
  if ((mode & 0o077) === 0) return ok(`.env mode ${octal}`);
  return warning(`${path} can be read by others (mode ${octal}): chmod 600 ${path}`);
}
