import type { KeyContext } from "../doctor/checks/env-file.ts";
import { kindOf } from "../platform/files.ts";
import { shortPath } from "../platform/format.ts";
import { keyNotes } from "../project/key-notes.ts";
import { providers } from "../project/keys.ts";
import type { App } from "./app.ts";
import type { Environment } from "./read-environment.ts";

/**
 * What messages about keys need: where each variable is set, and why a key that somebody has written does not count.
 */
export function keyContext({ project, written, places }: Environment, app: App): KeyContext {
  const envFile = shortPath(app, project.envFile);
  const texts = Object.entries(places).map(([name, { file, line, earlier }]) => {
    const text = `${shortPath(app, file)}:${line}`;
    return [
      name,
      { text, mend: `$EDITOR +${line} ${shortPath(app, file)}`, ...(earlier === undefined ? {} : { earlier }) },
    ] as const;
  });
  const inFiles = Object.fromEntries(texts);
  const inShell = providers
    .flatMap(({ variables }) => variables)
    .filter((name) => app.env[name] !== undefined)
    .map((name) => [name, { text: "of this shell, which wins over .env", mend: `unset ${name}` }] as const);
  const folder = kindOf(project.envFile) === "directory" ? [`${envFile} is a folder, so nothing of it is read`] : [];
  return {
    envFile,
    places: { ...inFiles, ...Object.fromEntries(inShell) },
    notes: [...folder, ...keyNotes({ written, shell: app.env, places: inFiles })],
  };
}
