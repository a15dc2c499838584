import type { MountMistake } from "../../compose/mount-mistakes.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type CheckResult, ok, problem } from "../check.ts";

/** Files that containers mount exist: an engine would make a folder of a missing one. */
export const checkMounts = (mistakes: readonly MountMistake[]): CheckResult => {
  const [first] = mistakes;
  if (first === undefined) return ok("mounted files there");
  const lines = mistakes.map(wordsFor);
  return problem(
    new GoatError(isMissing(first) ? "mount-source-missing" : "mount-source-wrong-kind", lines[0] ?? "", {
      service: first.service,
      evidence: lines.slice(1),
      fixes: [
        isMissing(first)
          ? {
              command: "goat-dev up",
              effect: `once ${first.source} is there, or its path in the Compose file is mended`,
            }
          : { command: `rmdir ${first.source}`, effect: "takes it away where it is empty; then put the file there" },
      ],
    }),
  );
};

const isMissing = ({ problem }: MountMistake): boolean => problem === "missing";

const wordsFor = (mistake: MountMistake): string => {
  const { service, source, target } = mistake;
  return isMissing(mistake)
    ? `${service} mounts ${source} as ${target}, and it is missing`
    : `${service} mounts ${source} as ${target}, and it is a folder, not a file`;
};
