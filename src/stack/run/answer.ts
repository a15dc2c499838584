import { fieldsOf } from "../../model/fields.ts";
import { parseJson } from "../../platform/json.ts";

/** What a launcher prints: the last line that is a document; warnings may stand before it. */
export function answerIn(output: string): Readonly<Record<string, unknown>> {
  return fieldsOf(parseJson(output.split("\n").findLast((text) => text.startsWith("{")) ?? ""));
}
