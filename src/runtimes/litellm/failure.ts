import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { RunResult } from "../../platform/process.ts";
import { diskFull, saysDiskFull } from "../disk.ts";

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

const mismatch = /hash(?:es)? mismatch|do not match the hashes|doesn't match|none of the hashes/i;

const unreachable =
  /dns error|failed to lookup|name resolution|name or service not known|connection refused|network is unreachable|error sending request|NewConnectionError|timed out|tcp connect error/i;

const networkFix: Fix = {
  command: "pip config list",
  effect: "shows the mirror and certificates in use; then run the same command again",
};

/** What kept an installer from its work, in words. */
export function installFailure(title: string, folder: string, needed: number, result: RunResult): GoatError {
  const lines = linesOf(result);
  const evidence = lines.slice(-8);
  if (lines.some(saysDiskFull)) return diskFull(folder, needed, evidence);
  const foreign = mismatchedPackage(lines);
  if (foreign !== null) {
    const text = `${foreign} from the package index is not the file that goat-dev was made with: refused, nothing of it runs`;
    return new GoatError("runtime-unavailable", text, {
      evidence,
      fixes: [{ command: "pip config list", effect: "shows which index or mirror sent it" }],
    });
  }
  if (lines.some((line) => unreachable.test(line))) {
    return new GoatError("runtime-unavailable", `${title} cannot be fetched: the package index does not answer`, {
      evidence,
      fixes: [networkFix],
    });
  }
  const how = result.startError ?? result.endedBy ?? `exit status ${result.exitCode}`;
  const said = lines.at(-1);
  return new GoatError("runtime-unavailable", `${title} cannot be installed: ${said ?? how}`, {
    evidence,
    fixes: [networkFix],
  });
}

function linesOf({ stdout, stderr }: Pick<RunResult, "stdout" | "stderr">): readonly string[] {
  return `${stdout}\n${stderr}`
    .replace(colour, "")
    .split(/\r?\n/)
    .map((line) => hidden(line.trim()))
    .filter((line) => line !== "" && !/^\[notice\]|^WARNING: You are using pip/.test(line));
}

function hidden(text: string): string {
  return text.replace(/(\/\/)[^/@\s]+@/g, "$1***@");
}

/** The package whose file is not the one that the lock knows; null where that is not what was said. */
function mismatchedPackage(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => mismatch.test(line));
  if (at < 0) return null;
  const [, quoted] = /mismatch for `([^`]+)`/i.exec(lines[at] ?? "") ?? [];
  if (quoted !== undefined) return quoted;
  // pip lists them below: "    idna==3.7 from https://… (from -r litellm.lock (line 3)):"
  const listed = lines.slice(at + 1).map((line) => /^([A-Za-z0-9._-]+==[^\s;]+|\S+\.whl) ?/.exec(line)?.[1]);
  return listed.find((name) => name !== undefined) ?? "a package";
}
