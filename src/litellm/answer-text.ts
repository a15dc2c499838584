import { maskKeys } from "./failure.ts";

/** What answered in a gateway's place, in a line: `200 text/html: <!doctype html>…`, `302 to https://login.example/`. */
export function heardText(answer: {
  readonly status: number;
  readonly type?: string | null | undefined;
  readonly location?: string | null | undefined;
  readonly text?: string;
}): string {
  const { status, type, location, text = "" } = answer;
  const head = [String(status), type?.split(";", 1)[0] ?? "", location ? `to ${location}` : ""];
  const words = maskKeys(text).replace(/\s+/g, " ").trim();
  const start = [...words].slice(0, 80).join("");
  const said = start === "" ? "" : `: ${start}${start.length < words.length ? "…" : ""}`;
  return head.filter((part) => part !== "").join(" ") + said;
}
