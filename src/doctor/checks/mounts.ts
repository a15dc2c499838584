import { GoatError } from "../../errors/goat-error.ts";
import { type CheckResult, ok, problem } from "../check.ts";

export interface MountMistake {
  readonly service: string;
  readonly source: string;
  readonly target: string;
  readonly problem: "missing" | "directory where a file is expected";
}

/** Files that containers mount exist: an engine would make a folder of a missing one. */
export const checkMounts = (mistakes: readonly MountMistake[]): CheckResult => {
  const [first] = mistakes;
  if (first === undefined) return ok("mounted files there");
  const missing = first.problem === "missing";
  const lines = mistakes.map((one) => `${one.service}: ${one.source} for ${one.target} is ${wordsFor(one)}`);
  return problem(
    new GoatError(missing ? "mount-source-missing" : "mount-source-wrong-kind", lines[0] ?? "", {
      service: first.service,
      evidence: lines.slice(1),
      fixes: [
        {
          command: `ls -ld ${first.source}`,
          effect: missing
            ? "put the file there, or mend its path in the Compose file"
            : "shows the folder: remove it and put the file there",
        },
      ],
    }),
  );
};

const wordsFor = ({ problem }: MountMistake): string => (problem === "missing" ? "missing" : "a folder, not a file");
