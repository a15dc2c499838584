import { chmod, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type KeyContext, noProviderKey } from "../doctor/checks/env-file.ts";
import { GoatError } from "../errors/goat-error.ts";
import { shortPath } from "../platform/format.ts";
import { run } from "../platform/process.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { createEnvFile, updateEnvFile } from "../project/env-file.ts";
import { type Keys, type Provider, providers, readKeys } from "../project/keys.ts";
import type { App, Ask } from "./app.ts";
import { keyContext } from "./key-context.ts";
import { openEnvironment } from "./project.ts";
import type { Environment } from "./read-environment.ts";

interface Ensured {
  readonly environment: Environment;
  /** No key is needed: the person wants to see a demo. */
  readonly demo: boolean;
}

const gatewayKeyNote =
  "OPENAI_API_KEY in this shell is the gateway's own key (from goat-dev env): it is not used as OpenAI's";

/**
 * Makes .env where there is none, and asks for a provider's key where none is usable and this is no demo. Throws
 * no-provider-key where nobody can answer, or the answer is empty.
 */
export async function ensureKeys(before: Environment, demo: boolean, app: App): Promise<Ensured> {
  const { envFile } = before.project;
  const shown = shortPath(app, envFile);
  // A new .env is read again: its values have to count in this run too, or the next one would find the stack changed.
  const environment = (await ensureEnvFile(envFile, shown, app)) ? openEnvironment(app) : before;
  const keys = readKeys(environment.variables);
  if (environment.gatewayKeyInShell) app.emit({ type: "notice", level: "info", text: gatewayKeyNote });
  if (demo || keys.usable.length > 0) return { environment, demo };
  const context = keyContext(environment, app);
  if (app.ask === null) throw noProviderKey(keys, context);
  for (const text of notSeen(keys, context)) app.emit({ type: "notice", level: "warning", text });
  const edits = await askForKey(app.ask);
  if (edits === null) return { environment, demo: true };
  app.addSecrets(Object.entries(edits).map(([name, value]) => ({ name, value })));
  await updateEnvFile(envFile, edits);
  app.emit({ type: "notice", level: "info", text: `saved to ${shown} (mode 0600)` });
  return { environment: openEnvironment(app), demo: false };
}

/** Explains why a key is asked for although somebody has written one. */
function notSeen(keys: Keys, context: KeyContext): readonly string[] {
  return keys.mistaken.length > 0 ? [noProviderKey(keys, context).message] : context.notes;
}

/** Makes .env where there is none, and returns true where it did. Removes other users' access to an existing one. */
async function ensureEnvFile(envFile: string, shown: string, app: App): Promise<boolean> {
  const template = readTextIfThere(join(app.packageRoot, "dev", ".env.example"));
  if (template === undefined) throw new GoatError("internal", "the package lacks dev/.env.example");
  if (await createEnvFile(envFile, template)) {
    app.emit({ type: "notice", level: "info", text: `made ${shown} (mode 0600)` });
    if (await isSeenByGit(envFile, app)) {
      const text = `${shown} will hold your keys and git does not ignore it: echo .env >> .gitignore`;
      app.emit({ type: "notice", level: "warning", text });
    }
    return true;
  }
  // The file holds keys: only its owner may read it.
  const found = await stat(envFile).catch(() => undefined);
  if (found?.isFile() !== true) return false;
  const { mode } = found;
  if ((mode & 0o077) !== 0) await chmod(envFile, mode & 0o700).catch(() => undefined);
  return false;
}

/** True in a repository that does not ignore the file; false where there is no git or no repository. */
async function isSeenByGit(path: string, app: App): Promise<boolean> {
  const env = { PATH: app.env["PATH"] ?? "", HOME: app.home };
  const options = { cwd: dirname(path), env, signal: app.signal };
  return (await run("git", ["check-ignore", "--quiet", path], options)).exitCode === 1;
}

/** Null where a demo is wanted instead. */
async function askForKey(ask: Ask): Promise<Readonly<Record<string, string>> | null> {
  const choices = [
    ...providers.map(({ id, name }) => ({ value: id as string, label: name })),
    { value: "demo", label: "none, show me a demo" },
  ];
  const chosen = await ask.select("No provider key in .env yet. Which one do you have?", choices);
  if (chosen === "demo") return null;
  const provider = providers.find(({ id }) => id === chosen);
  if (provider === undefined) throw new GoatError("internal", `no provider ${chosen}`);
  const edits: Record<string, string> = {};
  for (const name of provider.variables) edits[name] = await askFor(name, provider, ask);
  return edits;
}

async function askFor(name: string, provider: Provider, ask: Ask): Promise<string> {
  const value = name.endsWith("_BASE")
    ? await ask.input(`${name} (such as https://NAME.openai.azure.com/)`)
    : await ask.secret(name);
  if (value.trim() !== "") return value.trim();
  throw new GoatError("no-provider-key", `${name} is empty`, {
    fixes: [{ command: "goat-dev up", effect: `asks again; ${provider.name} keys come from ${provider.url}` }],
  });
}
