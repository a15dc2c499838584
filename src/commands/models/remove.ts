import { GoatError } from "../../errors/goat-error.ts";
import { readModelList } from "../../gateway/edit/model-list.ts";
import { removeModel } from "../../gateway/edit/models.ts";
import { disabledModels } from "../../gateway/edit/switch.ts";
import { nearest } from "../../platform/text.ts";
import type { Run } from "../old-command.ts";
import type { ConfigFile } from "./open.ts";
import { openOwn } from "./own.ts";
import { carryOutChange } from "./report.ts";

export const remove: Run = async (input, context) => {
  const project = await openOwn(context, input);
  const [name = ""] = input.args;
  const files = [project.local, ...(project.cloud === null ? [] : [project.cloud])];
  const edits = files.map((file) => ({ ...file, before: file.text, after: removeModel(file, name) }));
  if (edits.every(({ before, after }) => before === after)) throw unknown(name, files);
  const change = { command: `models remove ${name}`, edits, what: `${name} removed from`, wanted: [], remarks: [] };
  await carryOutChange(project, change, input, context);
  return undefined;
};

const unknown = (name: string, files: readonly ConfigFile[]): GoatError => {
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
};
