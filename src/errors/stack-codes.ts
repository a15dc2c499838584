/** Known failures of services; src/doctor/failures recognises each. */
export const stackCodes = {
  "database-damaged": {
    exit: 5,
    means: "A file of the database's data is missing or broken, as after a crash of the machine or its disk.",
    mend: "Bring the missing file back from a copy, or begin anew with `goat-dev down --volumes`.",
  },
  "database-data-foreign": {
    exit: 5,
    means: "Postgres may not read its data: the folder belongs to another user.",
    mend: "Give it to the user who runs Postgres; nothing is lost.",
  },
  "database-read-only": {
    exit: 5,
    means: "The database's data lies on a disk, or in a mount, that cannot be written.",
    mend: "Mount it writable; nothing is lost.",
  },
  "database-connections-used-up": {
    exit: 5,
    means: "Every connection that Postgres allows is taken.",
    mend: "`goat-dev restart postgres` ends them; or run fewer programs at once.",
  },
  "database-mount-unfit": {
    exit: 5,
    means: "Postgres 18 and newer want their volume at another place than the Compose file mounts it.",
    mend: "Take an older image, or mount the volume at `/var/lib/postgresql`; data of another major version has to be moved.",
  },
  "database-password-empty": {
    exit: 5,
    means: "`POSTGRES_PASSWORD` is empty, and Postgres makes no database without one.",
    mend: "Set it in `.env`.",
  },
  "database-missing": {
    exit: 5,
    means: "Postgres runs, and lacks the database that a service wants.",
    mend: "`goat-dev up` makes it; the others stay as they are.",
  },
  "database-url-invalid": {
    exit: 5,
    means: "`DATABASE_URL` of a service is none that it takes, such as one of MySQL or SQLite.",
    mend: "It begins with `postgresql://`; mend it in the Compose file.",
  },
  "database-url-refused": {
    exit: 5,
    means: "The database runs with the password of `.env`, and a service's `DATABASE_URL` holds another.",
    mend: "Make it from `POSTGRES_USER` and `POSTGRES_PASSWORD` in the Compose file, as the shipped one does.",
  },
  "database-unreachable": {
    exit: 5,
    means: "A service cannot reach its database.",
    mend: "The host of its `DATABASE_URL` is the name of the database's service.",
  },
  "database-migration-failed": {
    exit: 5,
    means:
      "A service cannot bring its tables up to date: its database holds something else, or a migration ended half-way.",
    mend: "Give it a database of its own in the Compose file.",
  },
  "tracing-needs-clickhouse": {
    exit: 5,
    means: "Langfuse 3 and newer need ClickHouse, Redis and S3 beside Postgres, which this stack does not have.",
    mend: "`LANGFUSE_IMAGE=langfuse/langfuse:2.95.12` in `.env`; traces stay.",
  },
  "tracing-settings-invalid": {
    exit: 5,
    means: "Langfuse refuses one of its settings, which is named: a salt, a key of the wrong form, a short password.",
    mend: "Mend it in `.env` or the Compose file; `goat-dev config` shows what it is given.",
  },
  "gateway-key-weak": {
    exit: 5,
    means: "LiteLLM 1.104 and newer do not start with an empty master key, or one that everybody knows.",
    mend: "Set one of your own in `.env`: it begins with `sk-`.",
  },
  "proxy-unfit": {
    exit: 5,
    means: "LiteLLM cannot read a proxy variable of the shell: a SOCKS proxy, or brackets in `NO_PROXY`.",
    mend: "Start it without that variable, as the message says.",
  },
  "service-port-mismatch": {
    exit: 5,
    means: "A service listens on another port inside its container than the one that is published.",
    mend: "Mend its command or its `ports` in the Compose file.",
  },
  "service-hung": {
    exit: 5,
    means: "A service's process is there and does not answer: it hangs, or was stopped by a signal.",
    mend: "`goat-dev restart --hard SERVICE`; data stays.",
  },
  "service-paused": {
    exit: 5,
    means: "A container is paused, or a process was stopped by a signal: it does nothing until it is resumed.",
    mend: "`goat-dev up` resumes it.",
  },
  "service-removed": {
    exit: 5,
    means: "A container was removed by somebody else while it was waited for.",
    mend: "`goat-dev up` makes it anew; volumes stay.",
  },
  "network-missing": {
    exit: 5,
    means: "The network that a container hangs on was removed.",
    mend: "`goat-dev up` makes it anew, and the containers on it.",
  },
  "image-wrong-program": {
    exit: 5,
    means: "An image lacks the program that the Compose file starts: it is another product's.",
    mend: "Name the right image in `.env`, or take the line out: the default fits.",
  },
  "image-architecture": {
    exit: 5,
    means: "An image is built for another processor than this machine's.",
    mend: "Name an image for this one; most have several under one tag.",
  },
} as const;

/** Known reasons why a call's trace does not arrive. */
export const traceCodes = {
  "trace-callback-unknown": {
    exit: 6,
    means: "The LiteLLM config names a callback that LiteLLM does not know, close to `langfuse`.",
    mend: 'Write `success_callback: ["langfuse"]`, then `goat-dev up --example`.',
  },
  "trace-callback-unfit": {
    exit: 6,
    means: "The callback `langfuse_otel` speaks to Langfuse 3 and newer, and this one is Langfuse 2.",
    mend: 'Write `success_callback: ["langfuse"]`, then `goat-dev up --example`.',
  },
  "trace-keys-differ": {
    exit: 6,
    means: "LiteLLM is given other Langfuse keys than Langfuse was made with, which LiteLLM says nowhere.",
    mend: "Give both the same variables in the Compose file, as the shipped one does.",
  },
  "trace-host-wrong": {
    exit: 6,
    means: "`LANGFUSE_HOST` of the gateway leads elsewhere: to the cloud, to its own container, to another service.",
    mend: "Inside the network it is `http://langfuse:3000`.",
  },
} as const;
