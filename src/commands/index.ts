import type { Command } from "./command.ts";
import { configCommand } from "./config.ts";
import { dbCommand } from "./db.ts";
import { doctorCommand } from "./doctor.ts";
import { downCommand } from "./down.ts";
import { envCommand } from "./env.ts";
import { logsCommand } from "./logs.ts";
import { restartCommand } from "./restart.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

/** In the order of --help. */
export const commands: readonly Command[] = [
  upCommand,
  statusCommand,
  logsCommand,
  restartCommand,
  downCommand,
  doctorCommand,
  configCommand,
  envCommand,
  dbCommand,
];
