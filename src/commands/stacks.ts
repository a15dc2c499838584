import type { StacksReport } from "../app/stacks/list.ts";
import type { PruneReport } from "../app/stacks/prune.ts";
import { formatAge, formatBytes, shortPath } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { command, type Reader, type Typed } from "./command.ts";

export const ls = command<StacksReport>({
  name: "ls",
  summary: "every stack of this machine, on both engines: folder, ports, size, last use",
  options: [],
  examples: [["goat-dev ls", "which checkout has which ports"]],
  call: async (_typed, app) => (await import("../app/stacks/list.ts")).stacks({}, app),
  text: stacksText,
});

export const prune = command<PruneReport>({
  name: "prune",
  summary: "take down stacks whose folder is gone, each after a yes; data stays, unless --volumes",
  options: [
    { flags: "--volumes", description: "delete their data too, for good" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [["goat-dev prune", "after worktrees were deleted"]],
  call: async (typed, app) => {
    const { prune } = await import("../app/stacks/prune.ts");
    return prune({ volumes: typed.flag("volumes"), yes: typed.flag("yes") }, app);
  },
  text: pruneText,
});

function stacksText({ stacks, remarks }: StacksReport, _typed: Typed, reader: Reader): string {
  const rows = stacks.map(({ name, engine, product, folder, gone, services, running, ports, bytes, usedAt }) => [
    name,
    product?.toLowerCase() ?? engine,
    services === 0 ? "down" : `${running} of ${services} running`,
    ports.join(" "),
    bytes === null ? "?" : formatBytes(bytes),
    usedAt === null ? "?" : `${formatAge(reader.now.getTime() - Date.parse(usedAt))} ago`,
    folder === null ? "?" : `${shortPath(reader, folder)}${gone ? " (gone: goat-dev prune)" : ""}`,
  ]);
  const table = renderTable(["STACK", "ENGINE", "SERVICES", "PORTS", "DATA", "LAST UP", "FOLDER"], rows);
  return [rows.length === 0 ? "No stack: goat-dev up" : table, ...remarks].join("\n");
}

function pruneText({ removed, left }: PruneReport): string {
  const lines = removed.map(({ name, containers, networks, volumes }) => {
    const data = volumes.length === 0 ? [] : [plural(volumes.length, "volume")];
    return `Removed ${name}: ${list([plural(containers, "container"), plural(networks, "network"), ...data])}.`;
  });
  const kept = left.length === 0 ? [] : [`Left as ${left.length === 1 ? "it is" : "they are"}: ${list(left)}.`];
  const all = [...lines, ...kept];
  return all.length === 0 ? "No stack whose folder is gone." : all.join("\n");
}
