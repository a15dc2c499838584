import { fieldsOf } from "../../model/fields.ts";
import { parseJson } from "../../platform/json.ts";

/** The JSON document in what a launcher prints: the last line that starts with `{`; warnings may come before it. */
export function answerIn(output: string): Readonly<Record<string, unknown>> {
  return fieldsOf(parseJson(output.split("\n").findLast((text) => text.startsWith("{")) ?? ""));
}
