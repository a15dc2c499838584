import { modalCodes } from "./modal-codes.ts";
import { runCodes } from "./run-codes.ts";
import { stackCodes, traceCodes } from "./stack-codes.ts";

/** What is known of a kind of failure, in Markdown; `npm run docs` writes docs/failures.md from it. */
interface Failing {
  readonly exit: number;
  readonly means: string;
  /** What to do about it. */
  readonly mend: string;
}

/** Every kind of failure by its stable code, in the order of docs/failures.md. */
export const catalog = {
  usage: { exit: 2, means: "The command line is not understood.", mend: "Take the suggestion, or `goat-dev --help`." },
  "node-too-old": {
    exit: 2,
    means: "The Node that runs goat-dev is older than 20.19; its path is said.",
    mend: "Install a newer one from https://nodejs.org, before the old one in the `PATH`.",
  },
  "unknown-service": {
    exit: 2,
    means: "No service of that name is in the Compose file.",
    mend: "Take the nearest name from the message.",
  },
  "confirmation-needed": {
    exit: 2,
    means: "This destroys data, spends money or writes files, and nobody is there to ask.",
    mend: "Add `--yes`.",
  },
  "compose-file-missing": {
    exit: 2,
    means: "The file after `-f` is not there.",
    mend: "Mend the path, or leave `-f` out.",
  },
  "compose-invalid": {
    exit: 2,
    means: "The Compose file has mistakes; all are listed with line and column.",
    mend: "Mend them; `goat-dev config` shows what is understood.",
  },
  "dependency-cycle": {
    exit: 2,
    means: "Services wait for each other in a circle, which is named.",
    mend: "Take one `depends_on` out.",
  },
  "env-file-invalid": {
    exit: 2,
    means:
      "A line of `.env` cannot be read (its number is named), it is no text file, or the file of `--env-file` is not there.",
    mend: "A line reads `NAME=value`.",
  },
  "gateway-key-invalid": {
    exit: 2,
    means:
      "`LITELLM_MASTER_KEY` holds a character that no HTTP header can carry, such as curly quotes, or does not begin with `sk-`; the line is named.",
    mend: "Write it again: `sk-`, then letters, digits and `-`.",
  },
  "no-provider-key": {
    exit: 2,
    means: "No provider has its key.",
    mend: "Set `GROQ_API_KEY`, `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, or `AZURE_API_KEY` with `AZURE_API_BASE` in `.env`.",
  },
  "provider-key-invalid": {
    exit: 2,
    means:
      "A provider's variable holds what can be no key of theirs: a placeholder, another provider's key, curly quotes.",
    mend: "Put the key there, as its provider shows it; a variable of the shell wins over `.env`.",
  },
  "azure-base-invalid": {
    exit: 2,
    means: "`AZURE_API_BASE` is no address of a resource, or holds what LiteLLM adds itself.",
    mend: "`https://NAME.openai.azure.com`, without a path.",
  },
  "password-needs-encoding": {
    exit: 2,
    means: "`POSTGRES_USER` or `POSTGRES_PASSWORD` would need URL-encoding, which Compose cannot do.",
    mend: "Use letters, digits, `-`, `.`, `_` and `~`.",
  },
  "mount-source-missing": {
    exit: 2,
    means: "A file that a service mounts is not there. The engine would make a folder of it.",
    mend: "Put the file there, or mend the path.",
  },
  "mount-source-wrong-kind": {
    exit: 2,
    means: "A folder lies where a file is mounted, often left by an engine.",
    mend: "Remove the folder, put the file there.",
  },
  "gateway-config-invalid": {
    exit: 2,
    means: "The LiteLLM config has mistakes. A running gateway was not touched.",
    mend: "Mend the place that is named.",
  },
  "reload-refused": {
    exit: 2,
    means: "LiteLLM cannot serve what its config or `.env` says now. The former configuration goes on.",
    mend: "Mend what is named, then `goat-dev up`; `goat-dev restart --hard litellm` starts it anew.",
  },
  "engine-unreachable": {
    exit: 3,
    means: "No Docker engine answers; every place that was tried is listed with its reason.",
    mend: "Start Docker, or name it: `--docker-host`, `DOCKER_HOST`, `DOCKER_CONTEXT`.",
  },
  "engine-remote": {
    exit: 3,
    means: "The engine is on another machine, where files of this one cannot be mounted.",
    mend: "Use an engine of this machine.",
  },
  "engine-context-unknown": { exit: 3, means: "The Docker context does not exist.", mend: "`docker context ls`." },
  "port-taken": {
    exit: 4,
    means: "A port is in use; by which program or container is said. Nothing was created.",
    mend: "Stop it, or take the free port that is offered.",
  },
  "port-forbidden": {
    exit: 4,
    means: "This user may not open a port: it is below 1024, or the system keeps it for itself.",
    mend: "Take the port that is offered.",
  },
  "network-addresses-used-up": {
    exit: 4,
    means: "The engine has given all the addresses that it has for networks to other networks.",
    mend: "`docker network prune` removes those that no container uses; it asks first.",
  },
  "name-taken": {
    exit: 4,
    means: "A container of another origin has the name that is needed.",
    mend: "Remove or rename it.",
  },
  "stack-locked": {
    exit: 4,
    means: "Another goat-dev works on this stack, and the time to wait is over.",
    mend: "Wait for it; without `--timeout` goat-dev does.",
  },
  "stack-of-another-folder": {
    exit: 4,
    means:
      "A stack of this name was made from another folder, which is still there; both are named. Nothing was touched.",
    mend: "Give this folder a stack of its own with another `COMPOSE_PROJECT_NAME`, or make it this folder's: `--take-over` asks first.",
  },
  "image-unavailable": {
    exit: 1,
    means: "An image is not here and cannot be pulled.",
    mend: "See what the registry said; mend the name, log in, or try again.",
  },
  "build-failed": {
    exit: 1,
    means: "An image cannot be built from what `build:` names; the step is named, with the last it printed.",
    mend: "Mend the Dockerfile, or what it needs, then `goat-dev up`.",
  },
  "engine-refused": {
    exit: 1,
    means: "The engine refused a step; its words are shown.",
    mend: "Do what they ask for, then `goat-dev up`.",
  },
  "service-exited": {
    exit: 5,
    means: "A service ended while it was waited for.",
    mend: "Read its last lines; `goat-dev logs SERVICE` has them all.",
  },
  "service-restarting": {
    exit: 5,
    means: "A service ends again and again under its restart policy.",
    mend: "Read its last lines; `goat-dev logs SERVICE` has them all.",
  },
  "service-out-of-memory": {
    exit: 5,
    means: "The engine killed a service that ran out of memory. LiteLLM needs 1 GB, better 2.",
    mend: "Give Docker, or the service, more memory.",
  },
  "service-not-ready": {
    exit: 5,
    means: "A service was not ready in time; its last answer is shown.",
    mend: "`goat-dev logs SERVICE`, or a longer `--timeout`.",
  },
  "database-password-drift": {
    exit: 5,
    means: "The password in `.env` is not the one the volume was made with.",
    mend: "`goat-dev db set-password` keeps the data.",
  },
  "database-user-drift": {
    exit: 5,
    means:
      "The database has no user of the name in `.env`: the volume was made with another `POSTGRES_USER`, which is named.",
    mend: "Put that one back into `.env`, or `goat-dev down --volumes`.",
  },
  "salt-key-changed": {
    exit: 5,
    means:
      "`LITELLM_SALT_KEY` is not the one that LiteLLM's data is encrypted with; the database keeps a fingerprint of the first it saw.",
    mend: "Put the earlier one back into `.env`: what was encrypted with it cannot be read with another.",
  },
  "tracing-key-drift": {
    exit: 5,
    means:
      "Langfuse's database has the secret key under another public key, so it cannot make the new pair, and never gets ready.",
    mend: "Change `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY` together, or put the earlier public key back.",
  },
  "stack-not-ready": { exit: 5, means: "`status` found a service that is not ready.", mend: "`goat-dev up`." },
  "gateway-refused": {
    exit: 6,
    means: "LiteLLM does not answer, or refuses the master key.",
    mend: "`goat-dev restart litellm`.",
  },
  "models-missing": {
    exit: 6,
    means: "LiteLLM does not serve what its config routes.",
    mend: "`goat-dev restart litellm`, then its log.",
  },
  "provider-key-refused": {
    exit: 6,
    means: "A provider was asked, and does not take the key.",
    mend: "`goat-dev keys set PROVIDER`; a variable of the shell wins over `.env`.",
  },
  "provider-refused": {
    exit: 6,
    means: "The provider refused the example's call; its words are shown.",
    mend: "Mend the key or the deployment's name, then `goat-dev up`.",
  },
  "example-failed": { exit: 6, means: "The example client did not get an answer.", mend: "`goat-dev logs litellm`." },
  "tracing-refused": {
    exit: 6,
    means: "Langfuse refuses the project's keys. A changed secret key does not reach an old database.",
    mend: "Change the public key together with the secret key.",
  },
  "trace-missing": {
    exit: 6,
    means: "The call was answered, its trace did not arrive.",
    mend: "`goat-dev logs`, then `goat-dev up --example`.",
  },
  "runtime-unavailable": {
    exit: 1,
    means: "What a service needs without Docker (Postgres, Python, LiteLLM) cannot be installed.",
    mend: "The message names the package or command that mends it.",
  },
  "disk-full": {
    exit: 1,
    means: "There is too little space where something has to be written.",
    mend: "Make room, or point the named variable at another disk.",
  },
  "snapshot-unreadable": {
    exit: 1,
    means: "A snapshot of the database is damaged, not whole, or of another version of Postgres. Nothing was changed.",
    mend: "Take another one: `goat-dev db snapshots`.",
  },
  "restore-incomplete": {
    exit: 1,
    means: "A snapshot was put back, and not every row of it is there: the tables are named.",
    mend: "`goat-dev db restore` the snapshot that was taken before; it is named.",
  },
  "database-version-mismatch": {
    exit: 5,
    means: "The data was made by another major version of Postgres.",
    mend: "Nothing is lost: run it with that version again, then `goat-dev upgrade` takes the data along. Without Docker: keep the folder aside.",
  },
  "engine-changed": {
    exit: 4,
    means: "The stack runs on another engine already.",
    mend: "`goat-dev down` with that engine, then `up` with this one; the message names both.",
  },
  "file-unreadable": {
    exit: 2,
    means: "A file cannot be read as text: it is a folder, a pipe, larger than 1 MB, not UTF-8, or not yours to read.",
    mend: "Put a text file there, as the message says.",
  },
  "file-unwritable": { exit: 1, means: "A file or folder cannot be written.", mend: "Look at its owner and mode." },
  "command-not-found": {
    exit: 127,
    means: "`run` found no such command.",
    mend: "Mend its name or `PATH`; a line of shell goes as `sh -c '…'`.",
  },
  "command-not-executable": {
    exit: 126,
    means: "`run` may not run the command's file.",
    mend: "`chmod +x` it, or name its interpreter.",
  },
  interrupted: {
    exit: 130,
    means: "Ctrl-C. What has started is left running.",
    mend: "`goat-dev up` goes on, `goat-dev down` stops it.",
  },
  internal: { exit: 70, means: "A mistake of goat-dev.", mend: "Report it with what was printed." },
  ...stackCodes,
  ...traceCodes,
  ...runCodes,
  ...modalCodes,
} as const satisfies Record<string, Failing>;

export type ErrorCode = keyof typeof catalog;

/** The exit status of a code, for commands that report the failure without throwing it. */
export function exitCodeOf(code: ErrorCode): number {
  return catalog[code].exit;
}
