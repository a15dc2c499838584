import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { apps, isDeployed } from "../../modal/account.ts";
import type { ModalCli } from "../../modal/cli.ts";
import { envOption } from "../../modal/failures.ts";
import { chooseTargets, type Target } from "../../modal/targets.ts";
import { list } from "../../platform/text.ts";
import type { Context, Input, Run } from "../old-command.ts";
import { openCloud } from "./open.ts";
import { keepPlace } from "./place.ts";
import { stepsOf } from "./steps.ts";

export const stop: Run = async (input, context) => {
  const cloud = openCloud(context, input);
  const wanted = input.args.length === 0 ? cloud.targets : chooseTargets(input.args, cloud.targets, "stop");
  const found = await apps(cloud.cli);
  const running = wanted.filter(({ app }) => {
    const there = found.get(app);
    return there !== undefined && isDeployed(there);
  });
  const names = running.map(({ app }) => app);
  if (names.length > 0) await agree(names, cloud.cli.environment, input, context);
  const steps = stepsOf(context);
  for (const target of running) {
    await steps.run(
      target.name,
      "stopping",
      () => stopOne(cloud.cli, target),
      () => "stopped; its address answers no more",
    );
    await keepPlace(cloud, target, undefined, context);
  }
  const text =
    names.length === 0 ? "Nothing of that is deployed." : `Stopped ${list(names)}. Secrets and weights stay.`;
  context.emit({ type: "result", data: { ok: true, environment: cloud.cli.environment, stopped: names }, text });
  return undefined;
};

const agree = async (names: readonly string[], environment: string, input: Input, { ask }: Context): Promise<void> => {
  if (input.flag("yes")) return;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this stops ${list(names)}, and nobody is here to ask`, {
      fixes: [
        {
          command: `goat-dev modal stop ${[...input.args, "--yes"].join(" ")}${envOption(environment)}`,
          effect: "stops without asking",
        },
      ],
    });
  }
  if (await ask.confirm(`Stop ${list(names)} in Modal's environment ${environment}?`, false)) return;
  throw new GoatError("interrupted", "nothing was stopped");
};

/** What is stopped already is as it should be. */
const stopOne = async (cli: ModalCli, { app }: Target): Promise<void> => {
  try {
    await cli.ask({ args: ["app", "stop", app, "--yes", "--env", cli.environment], limitMs: 60_000 });
  } catch (error) {
    if (!describe(error).evidence.some((line) => /already stopped/i.test(line))) throw error;
  }
};
