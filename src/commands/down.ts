import type { DownReport } from "../app/down.ts";
import { formatDuration } from "../platform/format.ts";
import { list, plural } from "../platform/text.ts";
import { command } from "./command.ts";

export const down = command<DownReport>({
  name: "down",
  summary: "stop and remove containers and networks; data stays, unless --volumes",
  options: [
    {
      flags: "--volumes",
      description:
        "delete the data too: says how big it is, asks, and leaves a copy of the database in .goat-dev/snapshots",
    },
    { flags: "--no-dump", description: "with --volumes: delete without a copy of the database" },
    { flags: "--take-over", description: "even though another folder made the stack; asks" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [
    ["goat-dev down", "everything stops, no data is lost"],
    ["goat-dev down --volumes --yes", "for scripts: the data goes too"],
  ],
  call: async (typed, app) => {
    const { down } = await import("../app/down.ts");
    const own = { takeOver: typed.flag("takeOver"), yes: typed.flag("yes") };
    return down({ volumes: typed.flag("volumes"), dump: !typed.flag("noDump"), ...own }, app);
  },
  text: downText,
});

function downText({ removed, kept, dump, snapshot, durationMs, engine }: DownReport): string {
  const { containers, networks, volumes } = removed;
  if (containers + networks + volumes.length === 0) {
    return `Nothing was running${kept.length > 0 ? `; data stays in ${kept.join(", ")}` : ""}.`;
  }
  const deleted = volumes.length > 0 ? [`${plural(volumes.length, "volume")} (${volumes.join(", ")})`] : [];
  // The embedded engine has no containers: users know its processes as services.
  const done =
    engine.kind === "embedded"
      ? [`stopped ${plural(containers, "service")}`, ...deleted.map((text) => `deleted ${text}`)]
      : [`removed ${list([plural(containers, "container"), plural(networks, "network"), ...deleted])}`];
  const text = list(done);
  const data = kept.length > 0 ? `; data stays in ${kept.join(", ")}` : "";
  const copy =
    dump === null ? "" : `\nA copy of the database is in ${dump}: goat-dev up, then goat-dev db restore ${snapshot}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} in ${formatDuration(durationMs)}${data}.${copy}`;
}
