import type { View } from "../../events/events.ts";
import { createJsonStreamView, createJsonView } from "./json.ts";
import { createListrView } from "./listr.ts";
import { createPlainView, createQuietView } from "./plain.ts";

export interface ViewChoice {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly jsonStream: boolean;
  /** True where stderr is a terminal that can be drawn on. */
  readonly live: boolean;
}

/** The views of a run: with JSON, stdout holds data alone and talk goes to stderr. */
export function createViews(choice: ViewChoice): readonly View[] {
  const isData = choice.json || choice.jsonStream;
  if (isData) {
    const data = choice.jsonStream ? createJsonStreamView(choice) : createJsonView(choice);
    return choice.quiet ? [data] : [data, createPlainView({ ...choice, results: false })];
  }
  if (choice.quiet) return [createQuietView(choice)];
  return [choice.live && !choice.verbose ? createListrView(choice) : createPlainView(choice)];
}

/** Whether to colour: --no-color, then NO_COLOR and FORCE_COLOR as their conventions have it, then the terminal. */
export function wantsColor(
  flag: boolean,
  env: Readonly<Record<string, string | undefined>>,
  stream: { readonly isTTY?: boolean },
): boolean {
  if (flag || (env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}
