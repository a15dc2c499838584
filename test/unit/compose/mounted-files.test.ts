import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withMountedFiles } from "../../../src/compose/mounted-files.ts";
import { hashTree } from "../../../src/platform/tree-hash.ts";
import { loadText } from "../../support/load-compose.ts";
import { oddFiles } from "../../support/odd-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const filesOf = async (root: string, volumes: readonly string[]) => {
  const text = `services: { a: { image: x, volumes: ${JSON.stringify(volumes)} } }\nvolumes: { data: }`;
  const { stack } = loadText(text, { root, workingDir: join(root, "dev") });
  const { services } = await withMountedFiles(stack, root, new AbortController().signal);
  return services[0]?.files;
};

test("a mounted file must carry its content's hash wherever it lies, a folder where it lies in the project", async () => {
  const outside = writeFiles(tempFolder(), { config: "v1", "folder/x": "1" });
  const root = writeFiles(tempFolder(), { "dev/config.yaml": "v1", "dev/initdb/1.sql": "select 1" });
  const mounts = [
    "./config.yaml:/c.yaml:ro",
    "./initdb:/i",
    `${outside}/config:/o`,
    `${outside}/folder:/f`,
    "./none:/n",
    "data:/d",
  ];
  const found = await filesOf(root, mounts);
  expect(found?.map(({ modifiedMs }) => modifiedMs !== undefined)).toEqual([true, false, true]);
  expect(found?.map(({ modifiedMs: _time, ...file }) => file)).toEqual([
    {
      path: "dev/config.yaml",
      source: `${root}/dev/config.yaml`,
      target: "/c.yaml",
      hash: await hashTree(`${root}/dev/config.yaml`),
    },
    { path: "dev/initdb", source: `${root}/dev/initdb`, target: "/i", hash: await hashTree(`${root}/dev/initdb`) },
    { path: `${outside}/config`, source: `${outside}/config`, target: "/o", hash: await hashTree(`${outside}/config`) },
  ]);
});

test("a mount of the whole machine must not be looked into, by its name or by a link in the project", async () => {
  const root = writeFiles(tempFolder(), { "dev/x": "" });
  symlinkSync("/", join(root, "dev/rootfs"));
  expect(await filesOf(root, ["/:/rootfs:ro", "./rootfs:/again:ro", "/proc:/proc"])).toEqual([]);
});

test.each(Object.entries(oddFiles))("a mounted %s must not be waited for", async (_name, odd) => {
  const root = writeFiles(tempFolder(), { "dev/x": "" });
  await odd.make(join(root, "dev", "odd"));
  expect((await filesOf(root, ["./odd:/odd"]))?.length).toBeLessThanOrEqual(1);
});
