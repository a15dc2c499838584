import type { ModelsChangeReport } from "../../app/models/change.ts";
import { list, plural } from "../../platform/text.ts";

/** What was changed, before the files' names, and what the gateway serves then. */
export function changeText(
  { files, gateway, remarks }: ModelsChangeReport,
  what: string,
  served = plural(gateway.models.length, "model"),
): string {
  const { service, running } = gateway;
  const state = running ? `${service} serves ${served}.` : `${service} is not running: goat-dev up takes it into use.`;
  return [
    `${what} ${files.length === 0 ? "no file" : list(files)}.`,
    ...(running === null ? [] : [state]),
    ...remarks,
  ].join("\n");
}
