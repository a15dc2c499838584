import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { pinnedImages } from "../../project/versions.ts";
import { databaseUser, noSuchUser } from "./database-user.ts";
import type { Evidence, KnownFailure } from "./evidence.ts";
import { allOfLog, anew, failing, setting, shippedImage } from "./tell.ts";

/** How Postgres breaks. */
export const databaseFailures: readonly KnownFailure[] = [
  {
    proof: "proven",
    // A wrong name and a wrong password get the same answer from the server; the data's own files tell them apart.
    tell: (seen) => (seen.heard?.reason === "wrong-password" ? loginRefused(seen) : null),
  },
  {
    proof: "proven",
    // Without Docker, the version mismatch is found before anything starts, and is the start error.
    tell: (seen) => {
      const why = seen.ended?.startError ?? "";
      const [, place, data] = /: (\S.*) was made by Postgres (\d+), and this is/.exec(why) ?? [];
      if (place === undefined) return null;
      const fixes = [
        {
          command: `mv '${place}' '${place}-${data}'`,
          effect: "keeps it aside; the next up makes a new, empty database",
        },
      ];
      return new GoatError("database-version-mismatch", why, { service: seen.service.name, fixes });
    },
  },
  {
    proof: "told",
    line: /initialized by PostgreSQL version (\d+)[^,]*, which is not compatible with this version (\d+)/,
    tell: (seen, line) => {
      const [, data = "", server = ""] = line ?? [];
      return failing(
        "database-version-mismatch",
        `${seen.service.name}'s data is of Postgres ${data}, and its image is Postgres ${server}: nothing is lost`,
        seen,
        {
          line,
          more: seen.volumes,
          fixes: [setting("POSTGRES_IMAGE", `postgres:${data}`), ...upgrading(data), anew],
        },
      );
    },
  },
  {
    proof: "told",
    line: /in 18\+, these Docker images are configured to store database data/,
    tell: (seen, line) =>
      failing(
        "database-mount-unfit",
        `${seen.service.name}'s image wants its volume at /var/lib/postgresql, not at …/data`,
        seen,
        {
          line,
          fixes: [shippedImage("POSTGRES_IMAGE"), allOfLog(seen.service.name)],
        },
      ),
  },
  {
    proof: "told",
    line: /No space left on device|Disk quota exceeded/,
    tell: (seen, line) =>
      failing("disk-full", `the disk of ${seen.service.name}'s data is full`, seen, {
        line,
        more: seen.volumes,
        fixes: [
          seen.engine === "docker"
            ? { command: "docker system df", effect: "shows what takes the engine's disk; make room, then goat-dev up" }
            : { command: "df -h .goat-dev", effect: "shows the disk that needs room; then goat-dev up" },
        ],
      }),
  },
  {
    proof: "told",
    line: /could not find the database system|could not access status of transaction|[Cc]ould not (?:open|read) file "?(?:[^"]*\/)?(?:global\/|pg_control|PG_VERSION|base\/|pg_xact)|could not locate a valid checkpoint|invalid (?:primary )?checkpoint record|is not a valid data directory|incorrect checksum in control file|PANIC: {2}(?!could not write)|invalid page in block/,
    tell: (seen, line) =>
      failing("database-damaged", `${seen.service.name}'s data is damaged: a file of it is missing or broken`, seen, {
        line,
        more: seen.volumes,
        fixes: [anew],
      }),
  },
  {
    proof: "told",
    line: /data directory .* has (?:wrong ownership|invalid permissions)|could not (?:open|access|create) .*: Permission denied/,
    tell: (seen, line) =>
      failing("database-data-foreign", `${seen.service.name} may not read its data: it belongs to another user`, seen, {
        line,
        more: seen.volumes,
        fixes: [
          seen.engine === "docker"
            ? {
                command: "goat-dev config",
                effect: "shows where the data lies: give it to the image's user, or use a volume",
              }
            : { command: "sudo chown -R $(id -u) .goat-dev", effect: "makes it yours; then goat-dev up" },
          allOfLog(seen.service.name),
        ],
      }),
  },
  {
    proof: "told",
    line: /Read-only file system/,
    tell: (seen, line) =>
      failing("database-read-only", `${seen.service.name}'s data lies on a disk that cannot be written`, seen, {
        line,
        fixes: [{ command: "goat-dev config", effect: "shows where the data lies: mount it writable, without :ro" }],
      }),
  },
  {
    proof: "told",
    line: /sorry, too many clients already|remaining connection slots are reserved/,
    tell: connectionsUsedUp,
  },
  {
    proof: "proven",
    tell: (seen) =>
      /too many clients|remaining connection slots/.test(seen.heard?.why ?? "") ? connectionsUsedUp(seen, null) : null,
  },
  {
    proof: "told",
    line: /superuser password is not specified/,
    tell: (seen, line) =>
      failing(
        "database-password-empty",
        "POSTGRES_PASSWORD is empty, and Postgres makes no database without one",
        seen,
        {
          line,
          fixes: [
            {
              command: "$EDITOR .env",
              effect: "a line reads POSTGRES_PASSWORD=…; then goat-dev up",
            },
          ],
        },
      ),
  },
  {
    proof: "proven",
    tell: (seen) => {
      const missing = /database "([^"]+)" does not exist/.exec(seen.heard?.why ?? "")?.[1];
      return missing === undefined ? null : databaseMissing(missing, seen, null);
    },
  },
];

/** The server runs, but has no database of the name that the probe logs in to. */
function databaseMissing(name: string, seen: Evidence, line: RegExpExecArray | null) {
  return failing("database-missing", `there is no database ${name} for ${seen.service.name}`, seen, {
    line,
    fixes: [{ command: "goat-dev up", effect: "makes it; the other databases stay as they are" }],
  });
}

/** The upgrade, offered as a second step: it needs the data to be readable by its own Postgres version first. */
function upgrading(data: string): readonly Fix[] {
  const tested = pinnedImages.POSTGRES_IMAGE.replace(/^.*:/, "");
  if (Number(data) >= Number(tested)) return [];
  return [
    { command: "goat-dev upgrade", effect: `after that, moves the data to Postgres ${tested} and counts every row` },
  ];
}

function loginRefused(seen: Evidence) {
  const { service, users, volumes } = seen;
  const user = databaseUser(service);
  const evidence = [seen.heard?.why ?? "", ...volumes];
  if (users !== null && !users.all.includes(user)) return noSuchUser(service, user, users, evidence);
  return failing(
    "database-password-drift",
    `${service.name} refuses the log-in: POSTGRES_PASSWORD is not the one its volume was made with`,
    seen,
    {
      more: volumes,
      fixes: [
        { command: "goat-dev db set-password", effect: "gives the database the password of .env, keeps the data" },
        anew,
      ],
    },
  );
}

function connectionsUsedUp(seen: Evidence, line: RegExpExecArray | null) {
  const { name } = seen.service;
  return failing("database-connections-used-up", `${name} has as many connections open as it allows`, seen, {
    line,
    fixes: [
      { command: `goat-dev restart ${name}`, effect: "ends them; programs connect again by themselves" },
      allOfLog(name),
    ],
  });
}
