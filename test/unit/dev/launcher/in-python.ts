import { execFileSync } from "node:child_process";
import { join } from "node:path";

const dev = join(import.meta.dirname, "..", "..", "..", "..", "dev");

/** What a program of the launcher's modules leaves in `result`, given `given`. */
export function inPython(program: string, given: unknown = null): unknown {
  const wrapped = `import json, sys
sys.path.insert(0, ${JSON.stringify(dev)})
given = json.load(sys.stdin)
${program}
print(json.dumps(result))`;
  const text = execFileSync("python3", ["-c", wrapped], {
    input: JSON.stringify(given),
    encoding: "utf8",
    env: { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1" },
  });
  return JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
}
