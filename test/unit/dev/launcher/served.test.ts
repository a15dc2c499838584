import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { inPython } from "./in-python.ts";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** LiteLLM brings PyYAML; these includes are JSON, which is YAML too. */
const yaml = `import types
sys.modules["yaml"] = types.SimpleNamespace(safe_load=json.loads, YAMLError=ValueError)
from launcher import served
`;

const servedIn = (folder: string): unknown =>
  inPython(`${yaml}result = served.files_of(given)`, join(folder, "config.yaml"));

test("what is served must be the config and what it includes at any depth, each once, beside the one that names it", () => {
  const files = {
    "config.yaml": JSON.stringify({ include: ["models/a.yaml", "gone.yaml"] }),
    "models/a.yaml": JSON.stringify({ include: ["b.yaml", "beside-root.yaml", "../config.yaml"] }),
    "models/b.yaml": "{}",
    "beside-root.yaml": "{}",
  };
  const folder = writeFiles(tempFolder(), files);
  expect(servedIn(folder)).toEqual({
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [join(folder, name), hashOf(text)])),
    [join(folder, "gone.yaml")]: null,
  });
});

test.each(["include: [", '{"include": "no list"}', '{"include": [1, null]}', "[]"])(
  "a config that is none must count with its own content alone: %s",
  (text) => {
    const folder = writeFiles(tempFolder(), { "config.yaml": text });
    expect(servedIn(folder)).toEqual({ [join(folder, "config.yaml")]: hashOf(text) });
  },
);

test("without a config nothing is served from files", () => {
  expect(inPython(`${yaml}result = served.files_of(None)`)).toEqual({});
});
