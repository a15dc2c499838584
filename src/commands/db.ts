import type { ResetReport } from "../app/database/reset.ts";
import type { RestoreReport } from "../app/database/restore.ts";
import type { SnapshotEntry, SnapshotReport, SnapshotsReport } from "../app/database/snapshot.ts";
import type { RunReport } from "../app/programs/program.ts";
import type { SetPasswordReport } from "../app/set-password.ts";
import { formatAge, formatBytes, shortPath } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { type AnyCommand, command, type OptionSpec, type Reader, type Typed } from "./command.ts";
import { programTerminal } from "./tap-options.ts";

const own: readonly OptionSpec[] = [
  { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
  { flags: "-y, --yes", description: "do not ask" },
];

const noSnapshot: OptionSpec = { flags: "--no-snapshot", description: "without a snapshot of what is there now" };

function ownOf(typed: Typed) {
  return { takeOver: typed.flag("takeOver"), yes: typed.flag("yes") };
}

const setPassword = command<SetPasswordReport>({
  name: "set-password",
  summary: "give the database the password of .env; keeps the data",
  options: own,
  examples: [["goat-dev db set-password", "after POSTGRES_PASSWORD changed in .env"]],
  call: async (typed, app) => (await import("../app/set-password.ts")).setPassword(ownOf(typed), app),
  text: ({ user }) => `${user} has the password of .env now. Next: goat-dev up`,
});

const snapshot = command<SnapshotReport>({
  name: "snapshot",
  summary: "copy all that the database holds into .goat-dev/snapshots, for db restore",
  arguments: "[name]",
  options: [],
  examples: [["goat-dev db snapshot before-upgrade", "named; else by the time"]],
  call: async (typed, app) => (await import("../app/database/snapshot.ts")).snapshot({ name: typed.args[0] }, app),
  text: (report, _typed, reader) => `${report.name}: ${sizeText(report)} in ${shortPath(reader, report.file)}`,
});

const snapshots = command<SnapshotsReport>({
  name: "snapshots",
  summary: "the snapshots that are there, the newest first; asks no engine",
  options: [],
  examples: [["goat-dev db snapshots", "what db restore can bring back"]],
  call: async (_typed, app) => (await import("../app/database/snapshot.ts")).snapshots({}, app),
  text: snapshotsText,
});

const restore = command<RestoreReport>({
  name: "restore",
  summary: "put a snapshot in the place of what the database holds, and count that every row came back; asks",
  arguments: "<snapshot>",
  options: [noSnapshot, ...own],
  examples: [["goat-dev db restore before-upgrade", "takes a snapshot first; other services stand still meanwhile"]],
  call: async (typed, app) => {
    const { restore } = await import("../app/database/restore.ts");
    return restore({ name: typed.args[0] ?? "", snapshot: !typed.flag("noSnapshot"), ...ownOf(typed) }, app);
  },
  text: restoredText,
});

const reset = command<ResetReport>({
  name: "reset",
  summary: "delete what the database holds, after a snapshot, and begin anew with what runs; asks",
  options: [noSnapshot, ...own],
  examples: [["goat-dev db reset", "says how big it is, and asks"]],
  call: async (typed, app) => {
    const { reset } = await import("../app/database/reset.ts");
    return reset({ snapshot: !typed.flag("noSnapshot"), ...ownOf(typed) }, app);
  },
  text: ({ deleted, before, restarted }) =>
    [`Deleted ${list(deleted)}; ${runningText(restarted)}.`, ...wayBack(before)].join("\n"),
});

const shell = command<RunReport>({
  name: "shell",
  summary: "psql on the database, until it ends; its streams and exit status are its own",
  arguments: "[database]",
  options: [
    { flags: "-c, --command <sql>", description: "run this, in place of a shell (again for more)", repeats: true },
  ],
  examples: [
    ["goat-dev db shell", "what LiteLLM keeps"],
    ['goat-dev db shell langfuse -c "select count(*) from traces"', "one question to another database"],
  ],
  call: async (typed, app, terminal) => {
    const { shell } = await import("../app/database/shell.ts");
    const [database, sql] = [typed.args[0], typed.texts("command")];
    return shell({ database, sql, terminal: programTerminal(terminal) }, app);
  },
  text: () => "",
  exitCode: ({ exitCode }) => exitCode,
});

export const db: AnyCommand = {
  name: "db",
  summary: "the database",
  options: [],
  examples: [],
  subcommands: [snapshot, snapshots, restore, reset, shell, setPassword],
};

function snapshotsText({ folder, snapshots }: SnapshotsReport, _typed: Typed, reader: Reader): string {
  if (snapshots.length === 0) return `No snapshot in ${shortPath(reader, folder)}: goat-dev db snapshot`;
  const rows = snapshots.map((entry) => [
    entry.name,
    `${formatAge(reader.now.getTime() - Date.parse(entry.made))} ago`,
    formatBytes(entry.bytes),
    entry.rows === null ? "?" : String(entry.rows),
    entry.stack ?? "?",
  ]);
  return renderTable(["NAME", "MADE", "SIZE", "ROWS", "STACK"], rows);
}

function sizeText({ bytes, rows, tables }: SnapshotEntry): string {
  const counted = rows === null || tables === null ? [] : [`${plural(rows, "row")} of ${plural(tables, "table")}`];
  return [...counted, formatBytes(bytes)].join(", ");
}

function restoredText({ name, rows, tables, proven, before, restarted }: RestoreReport): string {
  const proof = proven ? "as many as the snapshot holds" : "which nobody had counted before";
  const counted = `${plural(rows, "row")} in ${plural(tables, "table")}, ${proof}`;
  return [`Restored ${name}: ${counted}; ${runningText(restarted)}.`, ...wayBack(before)].join("\n");
}

function runningText(restarted: readonly string[]): string {
  return restarted.length === 0
    ? "nothing else ran"
    : `${list(restarted)} ${restarted.length === 1 ? "is" : "are"} ready`;
}

function wayBack(before: string | null): readonly string[] {
  return before === null ? [] : [`What was there before: goat-dev db restore ${before}`];
}
