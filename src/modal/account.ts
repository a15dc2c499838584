import { checkWorkspace, readWorkspace } from "./address.ts";
import type { ModalCli } from "./cli.ts";
import {
  type ModalApp,
  type ModalEnvironment,
  outputUnknown,
  readApps,
  readEnvironments,
  readSecretNames,
} from "./cli-output.ts";
import { environmentMissing, secretsMissing } from "./failures.ts";

/** Without a connection to Modal, the CLI itself would keep trying for a minute. */
const answerMs = 30_000;

/** What addresses are made of. */
export interface Account {
  readonly workspace: string;
  readonly webSuffix: string;
}

/** Such as 1.6.4. Throws modal-missing, modal-output-unknown where another program has that name. */
export async function cliVersion(cli: ModalCli): Promise<string> {
  const text = await ask(cli, "--version");
  const version = /modal client version: (\d[\w.+-]*)/.exec(text)?.[1];
  if (version === undefined) throw outputUnknown("modal --version", text.trim().slice(0, 100) || "nothing");
  return version;
}

function ask(cli: ModalCli, ...args: readonly string[]): Promise<string> {
  return cli.ask({ args, limitMs: answerMs });
}

/** The workspace that the token belongs to. Throws modal-token-missing, modal-token-refused. */
export async function workspace(cli: ModalCli): Promise<string> {
  return checkWorkspace(readWorkspace(await ask(cli, "token", "info")));
}

/** Throws modal-environment-missing with those that there are. */
export async function environment(cli: ModalCli): Promise<ModalEnvironment> {
  const all = readEnvironments(await ask(cli, "environment", "list", "--json"));
  const found = all.find(({ name }) => name === cli.environment);
  if (found !== undefined) return found;
  throw environmentMissing(
    cli.environment,
    all.map(({ name }) => name),
  );
}

export async function secretNames(cli: ModalCli): Promise<readonly string[]> {
  return readSecretNames(await ask(cli, "secret", "list", "--json", "--env", cli.environment));
}

/** Throws modal-secret-missing with all that are missing. */
export function needSecrets(cli: ModalCli, needed: readonly string[], there: readonly string[]): void {
  const missing = needed.filter((name) => !there.includes(name));
  if (missing.length > 0) throw secretsMissing(missing, cli.environment);
}

/** One app for each name: the deployed one, else the first that is listed; Modal lists stopped ones too. */
export async function apps(cli: ModalCli): Promise<ReadonlyMap<string, ModalApp>> {
  const all = readApps(await ask(cli, "app", "list", "--json", "--env", cli.environment));
  const found = new Map<string, ModalApp>();
  for (const app of all) {
    const before = found.get(app.name);
    if (before === undefined || (!isDeployed(before) && isDeployed(app))) found.set(app.name, app);
  }
  return found;
}

export function isDeployed({ state }: ModalApp): boolean {
  return state === "deployed";
}

/** The named workspace, else the token's, with the environment's suffix. */
export async function accountOf(cli: ModalCli, named?: string): Promise<Account> {
  const [name, { webSuffix }] = await Promise.all([named ?? workspace(cli), environment(cli)]);
  return { workspace: checkWorkspace(name), webSuffix };
}
