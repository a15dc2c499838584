import type { AnyCommand } from "./command.ts";

/** In the order of --help. Only the command that was typed is loaded: loading all takes longer than most runs. */
const loaders: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  up: async () => (await import("./up.ts")).up,
  status: async () => (await import("./status.ts")).status,
  logs: async () => (await import("./logs.ts")).logs,
  traces: async () => (await import("./traces.ts")).traces,
  spend: async () => (await import("./spend.ts")).spend,
  open: async () => (await import("./open.ts")).open,
  restart: async () => (await import("./restart.ts")).restart,
  watch: async () => (await import("./watch.ts")).watch,
  down: async () => (await import("./down.ts")).down,
  doctor: async () => (await import("./doctor.ts")).doctor,
  explain: async () => (await import("./explain.ts")).explain,
  keys: async () => (await import("./keys.ts")).keys,
  config: async () => (await import("./config.ts")).config,
  models: async () => (await import("./models.ts")).models,
  env: async () => (await import("./env.ts")).env,
  run: async () => (await import("./run.ts")).run,
  replay: async () => (await import("./replay.ts")).replay,
  cassette: async () => (await import("./cassette.ts")).cassette,
  drill: async () => (await import("./drill.ts")).drill,
  ask: async () => (await import("./ask.ts")).ask,
  example: async () => (await import("./example.ts")).example,
  init: async () => (await import("./init.ts")).init,
  modal: async () => (await import("./modal.ts")).modal,
  db: async () => (await import("./db.ts")).db,
  upgrade: async () => (await import("./upgrade.ts")).upgrade,
  mcp: async () => (await import("./mcp.ts")).mcp,
  ls: async () => (await import("./stacks.ts")).ls,
  prune: async () => (await import("./stacks.ts")).prune,
  completion: async () => (await import("./completion.ts")).completion,
};

export function allCommands(): Promise<readonly AnyCommand[]> {
  return Promise.all(Object.values(loaders).map((load) => load()));
}

/** The command of that name alone; all commands where no command has that name. */
export async function commandsFor(word: string | undefined): Promise<readonly AnyCommand[]> {
  const load = word !== undefined && Object.hasOwn(loaders, word) ? loaders[word] : undefined;
  return load === undefined ? allCommands() : [await load()];
}
