import { join } from "node:path";
import { expect, test } from "vitest";
import { countedMounts, withMountedFiles } from "../../../src/compose/mounted-files.ts";
import { loadService, serviceMistakes } from "../../support/load-compose.ts";
import { stackOf } from "../../support/sample-stack.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

test("how a service reloads must be read as words and lists", () => {
  const text = 'x-goat: { reload: { command: ["python", launch.py], files: [/app/c.yaml], environment: [A_KEY] } }';
  expect(loadService(text).reload).toEqual({
    command: ["python", "launch.py"],
    files: ["/app/c.yaml"],
    environment: ["A_KEY"],
  });
  expect(loadService("x-goat: { reload: { command: launch } }").reload).toEqual({
    command: ["launch"],
    files: [],
    environment: [],
  });
});

test.each([
  ["{ files: [a] }", '4:23 "reload" needs the "command" of its launcher'],
  ["{ command: [] }", '4:23 "reload" needs the "command" of its launcher'],
  ["{ command: [a], file: [b] }", '4:39 unknown key "file": did you mean "files"?'],
])("x-goat.reload: %s must be refused", (text, mistake) => {
  expect(serviceMistakes(`x-goat: { reload: ${text} }`)).toContain(mistake);
});

test("of a mounted folder that a service reloads from, its own files alone must count", async () => {
  const folder = writeFiles(tempFolder(), { "dev/c.yaml": "a", "dev/other.yaml": "b", "dev/launcher/x.py": "c" });
  const mount = (source: string, target: string) =>
    ({ kind: "bind", source: join(folder, source), target, readOnly: true, createHostPath: false }) as const;
  const made = loadService("");
  const { docker } = made.run;
  if (docker === undefined) throw new Error("no recipe");
  const mounts = [mount("dev", "/app/dev"), mount("dev/launcher", "/opt/launcher")];
  const service = {
    ...made,
    run: { docker: { ...docker, mounts } },
    reload: { command: ["launch"], files: ["/app/dev/c.yaml"], environment: [] },
  };
  expect(countedMounts(service).map(({ target }) => target)).toEqual(["/app/dev/c.yaml", "/opt/launcher"]);
  const { services } = await withMountedFiles(stackOf(service), folder, new AbortController().signal);
  expect(services[0]?.files.map(({ path, target }) => [path, target])).toEqual([
    ["dev/c.yaml", "/app/dev/c.yaml"],
    ["dev/launcher", "/opt/launcher"],
  ]);
});
