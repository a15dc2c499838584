import { fieldsOf } from "../../model/fields.ts";

/** What a launcher prints: the last line that is a document; warnings may stand before it. */
export function answerIn(output: string): Readonly<Record<string, unknown>> {
  const line = output.split("\n").findLast((text) => text.startsWith("{"));
  try {
    return fieldsOf(JSON.parse(line ?? "null"));
  } catch {
    return {};
  }
}
