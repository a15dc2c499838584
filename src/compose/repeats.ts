import type { Report } from "./diagnostics.ts";
import type { Located, Mapping } from "./tree.ts";

/** Lists that hold nothing twice; of the other lists Compose takes repetitions. */
const lists = "depends_on device_cgroup_rules extra_hosts group_add networks security_opt volumes_from".split(" ");

/** Reports what one file says twice: several files, and what is extended, may say the same. */
export function checkRepeats(file: Mapping, report: Report): void {
  const services = file.entries.get("services")?.value;
  if (services?.kind !== "map") return;
  for (const { value } of services.entries.values()) {
    if (value.kind !== "map") continue;
    for (const key of lists) checkList(key, value.entries.get(key)?.value, report);
  }
}

function checkList(key: string, list: Located | undefined, report: Report): void {
  const seen = new Set<string>();
  for (const item of list?.kind === "list" ? list.items : []) {
    if (item.kind !== "scalar" || item.type === "broken") continue;
    if (seen.has(item.text)) report.error(item.at, `"${key}": "${item.text}" is there twice`);
    seen.add(item.text);
  }
}
