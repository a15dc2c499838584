import { stripVTControlCharacters } from "node:util";

const shown = 8;

/** The log lines that tell best why a service failed: its complaints where it has any; no stack frames, no banners. */
export function tellingLines(log: readonly string[]): readonly string[] {
  const spoken = withoutFrames(log.map((line) => stripVTControlCharacters(line).trimEnd())).filter(isSpoken);
  const complaints = spoken.filter((line) => complaint.test(line));
  return (complaints.length > 0 ? [...new Set(complaints)].slice(-5) : spoken).slice(-shown);
}

const complaint =
  /\b(?:error|fatal|panic|exception|traceback|cannot|could not|can't|failed|failure|refused|denied|invalid|unsupported|unknown|missing|not found|no such|does not exist|unable)\b|\w(?:Error|Exception)\b/i;

/** True for a line with at least one word and more letters than the other characters of frames and logos. */
function isSpoken(line: string): boolean {
  const letters = line.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return /\p{L}{2}/u.test(line) && letters * 2 > line.replaceAll(/\s/g, "").length && !banner.test(line);
}

/** LiteLLM's greetings, in which words such as "error" stand for nothing. */
const banner =
  /Give Feedback|Thank you for using LiteLLM|LiteLLM: Proxy initialized|^(?:INFO|DEBUG):|Set models:|#-{5,}|github\.com\/BerriAI\/litellm\/issues|feature request|^#\s.*#$/i;

/** The log without Python's stack frames: the indented lines below `Traceback`, code markers included. */
function withoutFrames(lines: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let inTraceback = false;
  for (const line of lines) {
    const text = line.replace(/^\s*[|+]\s?/, "");
    if (/^\s*(?:\+ )?(?:Exception Group )?Traceback \(most recent call last\)/.test(text)) inTraceback = true;
    else if (inTraceback && (/^\s/.test(text) || text === "")) continue;
    else {
      inTraceback = false;
      kept.push(line);
    }
  }
  return kept;
}
