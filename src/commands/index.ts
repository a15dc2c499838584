import { ask } from "./ask.ts";
import { cassette } from "./cassette.ts";
import type { AnyCommand } from "./command.ts";
import { completion } from "./completion.ts";
import { config } from "./config.ts";
import { db } from "./db.ts";
import { doctor } from "./doctor.ts";
import { down } from "./down.ts";
import { drill } from "./drill.ts";
import { env } from "./env.ts";
import { example } from "./example.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { keys } from "./keys.ts";
import { logs } from "./logs.ts";
import { mcp } from "./mcp.ts";
import { modal } from "./modal.ts";
import { models } from "./models.ts";
import { open } from "./open.ts";
import { replay } from "./replay.ts";
import { restart } from "./restart.ts";
import { run } from "./run.ts";
import { spend } from "./spend.ts";
import { ls, prune } from "./stacks.ts";
import { status } from "./status.ts";
import { traces } from "./traces.ts";
import { up } from "./up.ts";
import { upgrade } from "./upgrade.ts";
import { watch } from "./watch.ts";

/** In the order of --help. What a command does, and all that it needs, is loaded when it is called. */
export const commands: readonly AnyCommand[] = [
  up,
  status,
  logs,
  traces,
  spend,
  open,
  restart,
  watch,
  down,
  doctor,
  explain,
  keys,
  config,
  models,
  env,
  run,
  replay,
  cassette,
  drill,
  ask,
  example,
  init,
  modal,
  db,
  upgrade,
  mcp,
  ls,
  prune,
  completion,
];
