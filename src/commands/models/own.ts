import { refuseKey } from "../../app/gateway-key.ts";
import { init } from "../../app/init/init.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { Context, Input } from "../old-command.ts";
import { type ModelsProject, openModels } from "./open.ts";

/**
 * The project with configs of its own, to be edited. Nothing inside the package or its copy ever is: a person is offered
 * `init` first, everybody else is told of it. Throws usage, gateway-key-invalid, interrupted.
 */
export const openOwn = async (context: Context, input: Input): Promise<ModelsProject> => {
  const project = await openModels(context, input, "own");
  refuseKey(project.gateway.key, project.session.environment, context);
  if (!project.session.environment.project.shipped) return project;
  await offerInit(context, input);
  return openModels(context, input, "own");
};

const shippedText = "this project uses the stack that goat-dev ships, which is not edited";

const offerInit = async (context: Context, input: Input): Promise<void> => {
  const { ask } = context;
  if (ask === null || input.flag("yes")) {
    throw new GoatError("usage", shippedText, {
      fixes: [{ command: "goat-dev init", effect: "puts dev/ with the configs into this repository, to be edited" }],
    });
  }
  context.emit({ type: "notice", level: "info", text: shippedText });
  if (!(await ask.confirm("Put dev/ into this repository, to be edited (goat-dev init)?", true))) {
    throw new GoatError("interrupted", "nothing was changed");
  }
  await init({ examples: [], plan: false, yes: false, force: input.flag("force") }, context);
};
