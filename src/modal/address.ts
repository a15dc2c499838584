import { GoatError } from "../errors/goat-error.ts";
import { oneLine, outputUnknown, plainLines } from "./cli-output.ts";

/** The URL of an app's web function. Underscores become hyphens, since a host name cannot hold them. */
export function webAddress(place: {
  readonly workspace: string;
  /** The environment's suffix in host names; empty for none. */
  readonly webSuffix: string;
  readonly app: string;
  readonly webFunction: string;
}): string {
  const account = place.webSuffix === "" ? place.workspace : `${place.workspace}-${place.webSuffix}`;
  return `https://${account}--${place.app}-${place.webFunction}.modal.run`.replaceAll("_", "-");
}

/** Returns the workspace's name. Throws usage where it cannot be part of a host name. */
export function checkWorkspace(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name)) return name;
  throw new GoatError("usage", `${JSON.stringify(name)} is no Modal workspace: small letters, digits and -`, {
    fixes: [{ command: "modal token info", effect: "prints the workspace" }],
  });
}

/** The workspace, from `modal token info`. Throws modal-output-unknown. */
export function readWorkspace(text: string): string {
  const name = /\bWorkspace:\s*([\w.-]+)/.exec(oneLine(text))?.[1];
  if (name === undefined) throw outputUnknown("modal token info", "no line Workspace: NAME");
  return name;
}

/**
 * Function -> its URL, from the output of `modal deploy`: after `=>` on the function's line in older versions, on the
 * line below it in newer ones. Empty where it printed no URL, as may happen without a terminal.
 */
export function addressesIn(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  let current: string | null = null;
  for (const line of plainLines(text)) {
    current = /Created (?:web |web-)?(?:function|endpoint|server) ([\w-]+)/i.exec(line)?.[1] ?? current;
    const address = /https?:\/\/[^\s<>"')]+/.exec(line)?.[0];
    const isFunctions = address !== undefined && !/^https:\/\/(?:www\.)?modal\.com\b/.test(address);
    if (current !== null && isFunctions) found[current] ??= address.replace(/[.,/]+$/, "");
  }
  return found;
}
