import { checkWorkspace, readWorkspace } from "./address.ts";
import type { ModalCli } from "./cli.ts";
import { environmentMissing, secretsMissing } from "./failures.ts";
import {
  type ModalApp,
  type ModalEnvironment,
  outputUnknown,
  readApps,
  readEnvironments,
  readSecretNames,
} from "./rows.ts";

/** Without a way to Modal the CLI tries for a minute. */
const answerMs = 30_000;

const ask = (cli: ModalCli, ...args: readonly string[]): Promise<string> => cli.ask({ args, limitMs: answerMs });

/** Such as 1.6.4. Throws modal-missing, modal-output-unknown where another program has that name. */
export const cliVersion = async (cli: ModalCli): Promise<string> => {
  const text = await ask(cli, "--version");
  const version = /modal client version: (\d[\w.+-]*)/.exec(text)?.[1];
  if (version === undefined) throw outputUnknown("modal --version", text.trim().slice(0, 100) || "nothing");
  return version;
};

/** The workspace that the token belongs to. Throws modal-token-missing, modal-token-refused. */
export const workspace = async (cli: ModalCli): Promise<string> =>
  checkWorkspace(readWorkspace(await ask(cli, "token", "info")));

/** Throws modal-environment-missing with those that there are. */
export const environment = async (cli: ModalCli): Promise<ModalEnvironment> => {
  const all = readEnvironments(await ask(cli, "environment", "list", "--json"));
  const found = all.find(({ name }) => name === cli.environment);
  if (found !== undefined) return found;
  throw environmentMissing(
    cli.environment,
    all.map(({ name }) => name),
  );
};

export const secretNames = async (cli: ModalCli): Promise<readonly string[]> =>
  readSecretNames(await ask(cli, "secret", "list", "--json", "--env", cli.environment));

/** Throws modal-secret-missing with all that are missing. */
export const needSecrets = (cli: ModalCli, needed: readonly string[], there: readonly string[]): void => {
  const missing = needed.filter((name) => !there.includes(name));
  if (missing.length > 0) throw secretsMissing(missing, cli.environment);
};

/** The newest of each name; Modal lists stopped ones too. */
export const apps = async (cli: ModalCli): Promise<ReadonlyMap<string, ModalApp>> => {
  const all = readApps(await ask(cli, "app", "list", "--json", "--env", cli.environment));
  const found = new Map<string, ModalApp>();
  for (const app of all) {
    const before = found.get(app.name);
    if (before === undefined || (!isDeployed(before) && isDeployed(app))) found.set(app.name, app);
  }
  return found;
};

export const isDeployed = ({ state }: ModalApp): boolean => state === "deployed";

/** What addresses are made of. */
export interface Account {
  readonly workspace: string;
  readonly webSuffix: string;
}

/** The named workspace, else the token's, with the environment's suffix. */
export const accountOf = async (cli: ModalCli, named?: string): Promise<Account> => {
  const [name, { webSuffix }] = await Promise.all([named ?? workspace(cli), environment(cli)]);
  return { workspace: checkWorkspace(name), webSuffix };
};
