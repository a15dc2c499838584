import { GoatError } from "../../errors/goat-error.ts";
import { chooseTargets, gatewayTarget } from "../../modal/targets.ts";
import type { Run } from "../old-command.ts";
import { openCloud } from "./open.ts";
import { placeOf } from "./place.ts";

export const url: Run = async (input, context) => {
  const cloud = openCloud(context, input);
  const [word = gatewayTarget.name, ...others] = input.args;
  const [target] = chooseTargets([word], cloud.targets, "url");
  if (target === undefined || others.length > 0) throw new GoatError("usage", "url prints one address at a time");
  const at = `${await placeOf(cloud, target, input, context)}/v1`;
  const data = { name: target.name, app: target.app, environment: cloud.cli.environment, url: at };
  context.emit({ type: "result", data, text: at });
  return undefined;
};
