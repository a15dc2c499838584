import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { apps, isDeployed } from "../../modal/account.ts";
import type { ModalCli } from "../../modal/cli.ts";
import { envOption } from "../../modal/failures.ts";
import { chooseTargets, type Target } from "../../modal/targets.ts";
import { list } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { keepAddresses } from "./address.ts";
import { type CloudInput, openCloud } from "./cloud.ts";
import { step } from "./steps.ts";

export interface CloudStopInput extends CloudInput {
  /** All where empty. */
  readonly targets: readonly string[];
  /** Do not ask. */
  readonly yes: boolean;
}

export interface CloudStopReport {
  readonly ok: true;
  readonly environment: string;
  /** The names of the apps that were stopped. */
  readonly stopped: readonly string[];
}

/**
 * Stops those of the targets that are deployed.
 * Throws confirmation-needed where nobody can be asked, interrupted where the answer is no.
 */
export async function cloudStop(input: CloudStopInput, app: App): Promise<CloudStopReport> {
  const cloud = openCloud(input, app);
  const { cli } = cloud;
  const wanted = input.targets.length === 0 ? cloud.targets : chooseTargets(input.targets, cloud.targets, "stop");
  const found = await apps(cli);
  const running = wanted.filter((target) => {
    const there = found.get(target.app);
    return there !== undefined && isDeployed(there);
  });
  const stopped = running.map((target) => target.app);
  if (stopped.length > 0) await agree(stopped, cli.environment, input, app);
  for (const target of running) {
    await step(
      target.name,
      "stopping",
      () => stopOne(cli, target),
      () => "stopped; its address answers no more",
      app,
    );
    await keepAddresses(cloud, { [target.app]: undefined }, app);
  }
  return { ok: true, environment: cli.environment, stopped };
}

async function agree(names: readonly string[], environment: string, input: CloudStopInput, { ask }: App) {
  if (input.yes) return;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this stops ${list(names)}, and nobody is here to ask`, {
      fixes: [
        {
          command: `goat-dev modal stop ${[...input.targets, "--yes"].join(" ")}${envOption(environment)}`,
          effect: "stops without asking",
        },
      ],
    });
  }
  if (await ask.confirm(`Stop ${list(names)} in Modal's environment ${environment}?`, false)) return;
  throw new GoatError("interrupted", "nothing was stopped");
}

/** An app that is stopped already counts as a success. */
async function stopOne(cli: ModalCli, { app }: Target): Promise<void> {
  try {
    await cli.ask({ args: ["app", "stop", app, "--yes", "--env", cli.environment], limitMs: 60_000 });
  } catch (error) {
    if (!describe(error).evidence.some((line) => /already stopped/i.test(line))) throw error;
  }
}
