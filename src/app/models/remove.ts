import { GoatError } from "../../errors/goat-error.ts";
import { readModelList } from "../../gateway/edit/model-list.ts";
import { removeModel } from "../../gateway/edit/models.ts";
import { disabledModels } from "../../gateway/edit/switch.ts";
import { nearest } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { carryOutChange, type ModelsChangeReport } from "./change.ts";
import { type ConfigFile, openOwn } from "./open.ts";

export interface RemoveInput {
  readonly name: string;
  /** Nobody is asked. */
  readonly yes: boolean;
}

/** Takes a model out of both configs. Throws usage, and what a change of the configs throws. */
export async function removeModels({ name, yes }: RemoveInput, app: App): Promise<ModelsChangeReport> {
  const project = await openOwn(yes, app);
  const files = [project.local, ...(project.cloud === null ? [] : [project.cloud])];
  const edits = files.map((file) => ({ ...file, before: file.text, after: removeModel(file, name) }));
  if (edits.every(({ before, after }) => before === after)) throw unknown(name, files);
  return carryOutChange(project, name, { command: `models remove ${name}`, yes, edits, wanted: [], remarks: [] }, app);
}

function unknown(name: string, files: readonly ConfigFile[]): GoatError {
  const names = files.flatMap((file) =>
    [...readModelList(file).items, ...disabledModels(file)].map((item) => item.name),
  );
  const near = nearest(name, names);
  return new GoatError("usage", `no config has ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    fixes: [
      {
        command: near === undefined ? "goat-dev models" : `goat-dev models remove ${near}`,
        effect: near === undefined ? "shows all" : "perhaps this was meant",
      },
    ],
  });
}
