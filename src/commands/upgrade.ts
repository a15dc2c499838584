import type { UpgradeBackReport } from "../app/upgrade/back.ts";
import type { UpgradeReport } from "../app/upgrade/upgrade.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { command } from "./command.ts";
import { upText } from "./up-text.ts";

export const upgrade = command<UpgradeReport | UpgradeBackReport>({
  name: "upgrade",
  summary: "bring images to the versions that were tested together, after a snapshot, and prove it; asks",
  arguments: "[service...]",
  options: [
    { flags: "--dry-run, --plan", description: "show what would change, and do nothing" },
    { flags: "--back", description: "go back to images and data from before the last upgrade" },
    { flags: "--take-over", description: "of a stack that another folder made: make it this folder's; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev upgrade --plan", "what would change, from which version to which"],
    ["goat-dev upgrade", "where Postgres's major changes, the data goes into a new volume"],
    ["goat-dev upgrade --back", "as it was before"],
  ],
  call: async (typed, app) => {
    const own = { plan: typed.flag("plan"), takeOver: typed.flag("takeOver"), yes: typed.flag("yes") };
    if (!typed.flag("back")) {
      const { upgrade } = await import("../app/upgrade/upgrade.ts");
      return upgrade({ ...own, services: typed.args }, app);
    }
    const { upgradeBack } = await import("../app/upgrade/back.ts");
    return upgradeBack(own, app);
  },
  text: (report) => ("services" in report ? upgradeText(report) : backText(report)),
});

const standings: Readonly<Record<UpgradeReport["services"][number]["standing"], string>> = {
  upgrade: "",
  tested: "as tested",
  newer: "newer than what was tested: left as it is",
  unversioned: "its tag says no version: left as it is",
  other: "another image: left as it is",
  fixed: "named by the Compose file itself, without a variable: left as it is",
};

function upgradeText({
  done,
  services,
  variables,
  move,
  obstacle,
  nothingToDo,
  snapshot,
  ...report
}: UpgradeReport): string {
  const rows = services.map(({ service, from, to, standing }) => [
    service,
    from === to ? from : `${from} -> ${to}`,
    standings[standing],
  ]);
  const table = renderTable(["SERVICE", "IMAGE", ""], rows);
  if (nothingToDo) return `Nothing to upgrade.\n\n${table}`;
  if (done) {
    const { up, rows: counted, tables, back } = report;
    const data = counted === null ? [] : [`${countText(counted, tables)}, as many as before; a copy is ${snapshot}.`];
    const old = move === null ? [] : [`${move.volume} is as it was, for the way back.`];
    const way = back === null ? [] : [`What was there before: ${back}`];
    return [table, "", ...data, ...old, ...way, ...(up === null ? [] : ["", upText(up)])].join("\n");
  }
  const written = Object.entries(variables).map(([name, value]) => `  .env: ${name}=${value}`);
  const moved =
    move === null
      ? []
      : [`  data of Postgres ${move.from} in ${move.volume}: copied into ${move.newVolume} for Postgres ${move.to}`];
  const stop =
    obstacle === null
      ? []
      : ["", `It cannot be done yet: ${obstacle.text}.`, `  ${obstacle.fix.command}   ${obstacle.fix.effect}`];
  return [table, "", ...written, ...moved, ...stop].join("\n");
}

function backText({ done, variables, snapshot, before, rows, tables, up }: UpgradeBackReport): string {
  const written = Object.entries(variables).map(([name, value]) => `  ${name}=${value}`);
  if (!done) return [...written, ...(snapshot === null ? [] : [`  data: as in ${snapshot}`])].join("\n");
  const data = rows === null ? [] : [`${countText(rows, tables)}, as many as before the upgrade.`];
  const kept = before === null ? [] : [`What was there until now: goat-dev db restore ${before}`];
  const head = `Back at ${list(Object.values(variables))}.`;
  return [head, ...data, ...kept, ...(up === null ? [] : ["", upText(up)])].join("\n");
}

function countText(rows: number, tables: number | null): string {
  return `${plural(rows, "row")} in ${plural(tables ?? 0, "table")}`;
}
