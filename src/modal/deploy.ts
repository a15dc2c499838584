import { GoatError } from "../errors/goat-error.ts";
import { addressesIn } from "./address.ts";
import type { ModalCli } from "./cli.ts";
import { plainLines } from "./cli-output.ts";
import { envOption } from "./failures.ts";
import type { Target } from "./targets.ts";

export interface Deployment {
  /** As the CLI printed it; null where it printed none. */
  readonly address: string | null;
  /** Modal found nothing to change. */
  readonly isUnchanged: boolean;
}

/** Deploys one script. Throws modal-deploy-failed, or another error that the CLI's output stands for. */
export async function deploy(
  cli: ModalCli,
  target: Target,
  how: {
    /** The script's path. */
    readonly script: string;
    readonly variables: Readonly<Record<string, string>>;
    /** What the CLI says meanwhile, a line at a time. */
    onLine(line: string): void;
  },
): Promise<Deployment> {
  const printed: string[] = [];
  try {
    await cli.ask({
      args: ["deploy", how.script, "--env", cli.environment],
      variables: { ...how.variables, ...target.variables },
      otherwise: "modal-deploy-failed",
      onLine: (line, stream) => {
        if (stream === "stdout") printed.push(line);
        const [text = ""] = plainLines(line);
        if (text.trim() !== "") how.onLine(text.trim());
      },
    });
  } catch (error) {
    throw halfWay(error, target, cli.environment);
  }
  const text = printed.join("\n");
  return { address: addressesIn(text)[target.webFunction] ?? null, isUnchanged: /no changes detected/i.test(text) };
}

/** Rewords modal-deploy-failed for goat-dev's users, with Modal's output as evidence; other errors stay as they are. */
function halfWay(error: unknown, { name, app }: Target, environment: string): unknown {
  if (!(error instanceof GoatError) || error.code !== "modal-deploy-failed") return error;
  return new GoatError("modal-deploy-failed", `${app} was not deployed: \`modal deploy\` ended with an error`, {
    evidence: error.evidence,
    fixes: [
      { command: `goat-dev modal deploy ${name}${envOption(environment)}`, effect: "tries again" },
      {
        command: `goat-dev modal status${envOption(environment)}`,
        effect: "shows what runs; an older version goes on running",
      },
    ],
    cause: error,
  });
}
