import { GoatError } from "../../errors/goat-error.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { init } from "../init/init.ts";
import { type ModelsProject, openModels } from "./open.ts";

const shippedText = "this project uses the stack that goat-dev ships, which is not edited";

/**
 * The project with configs of its own, to be edited. Nothing inside the package or its copy ever is: a person is offered
 * `init` first, everybody else is told of it. Throws usage, gateway-key-invalid, interrupted.
 */
export async function openOwn(yes: boolean, app: App): Promise<ModelsProject> {
  const project = await openModels(app, "own");
  refuseKey(project.gateway.key, project.session.environment, app);
  if (!project.session.environment.project.shipped) return project;
  await offerInit(yes, app);
  return openModels(app, "own");
}

async function offerInit(yes: boolean, app: App): Promise<void> {
  const { ask } = app;
  if (ask === null || yes) {
    throw new GoatError("usage", shippedText, {
      fixes: [{ command: "goat-dev init", effect: "puts dev/ with the configs into this repository, to be edited" }],
    });
  }
  app.emit({ type: "notice", level: "info", text: shippedText });
  if (!(await ask.confirm("Put dev/ into this repository, to be edited (goat-dev init)?", true))) {
    throw new GoatError("interrupted", "nothing was changed");
  }
  await init({ examples: [], plan: false, yes: false, force: false }, app);
}
