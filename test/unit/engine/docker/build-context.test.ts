import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { extract, type Headers } from "tar-stream";
import { describe, expect, test } from "vitest";
import { openContext } from "../../../../src/engine/docker/build-context.ts";
import type { BuildSpec } from "../../../../src/model/build.ts";
import { tempFolder } from "../../../support/temp.ts";

interface Entry extends Pick<Headers, "name"> {
  readonly text: string;
  readonly headers: Headers;
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function building(context: string, more: Partial<BuildSpec> = {}): BuildSpec {
  return { context, dockerfile: "Dockerfile", args: {}, labels: {}, ...more };
}

async function sent(build: BuildSpec): Promise<{ readonly entries: readonly Entry[]; readonly dockerfile: string }> {
  const { tar, dockerfile } = openContext(build, () => undefined);
  const reader = extract();
  const failed = new Promise<never>((_, reject) => tar.once("error", reject));
  tar.pipe(reader);
  const read = async (): Promise<readonly Entry[]> => {
    const entries: Entry[] = [];
    for await (const entry of reader) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk);
      entries.push({ name: entry.header.name, text: Buffer.concat(chunks).toString(), headers: entry.header });
    }
    return entries;
  };
  return { entries: await Promise.race([read(), failed]), dockerfile };
}

const names = ({ entries }: { readonly entries: readonly Entry[] }): readonly string[] =>
  entries.map(({ name }) => name);

describe("the folder that an image is built from", () => {
  test("must go over whole, as root's, with links as links and long names", async () => {
    const long = "n".repeat(180);
    const folder = folderOf({ Dockerfile: "FROM scratch", "a/b.txt": "b", empty: "", [long]: "l" });
    symlinkSync("a/b.txt", join(folder, "link"));
    chmodSync(join(folder, "a/b.txt"), 0o755);
    const found = await sent(building(folder));
    expect(found.dockerfile).toBe("Dockerfile");
    expect(names(found)).toEqual(["Dockerfile", "a", "a/b.txt", "empty", "link", long]);
    expect(found.entries.find(({ name }) => name === "a/b.txt")).toMatchObject({
      text: "b",
      headers: { uid: 0, gid: 0, mode: 0o755 },
    });
    expect(found.entries.find(({ name }) => name === "link")?.headers).toMatchObject({
      type: "symlink",
      linkname: "a/b.txt",
    });
  });

  test.each([
    ["a folder and what is in it", "node_modules\n", ["Dockerfile", "a.txt"]],
    [
      "all but what is taken back in",
      "*\n!a.txt\n!node_modules/kept/x\n",
      ["Dockerfile", "a.txt", "node_modules/kept/x"],
    ],
    [
      "by a pattern at any depth",
      "**/*.js\n# a note\n",
      ["Dockerfile", "a.txt", "node_modules", "node_modules/kept", "node_modules/kept/x"],
    ],
  ])("must leave out what .dockerignore names: %s", async (_what, ignore, wanted) => {
    const files = { Dockerfile: "FROM scratch", "a.txt": "a", "node_modules/b.js": "b", "node_modules/kept/x": "x" };
    const found = await sent(building(folderOf({ ...files, ".dockerignore": ignore })));
    expect(
      names(found)
        .filter((name) => name !== ".dockerignore")
        .sort(),
    ).toEqual(wanted);
  });

  test("must take the Dockerfile's own ignore file before the folder's", async () => {
    const files = {
      "dev.Dockerfile": "FROM scratch",
      "dev.Dockerfile.dockerignore": "a",
      ".dockerignore": "b",
      a: "",
      b: "",
    };
    const found = await sent(building(folderOf(files), { dockerfile: "dev.Dockerfile" }));
    expect(names(found)).toEqual([".dockerignore", "b", "dev.Dockerfile", "dev.Dockerfile.dockerignore"]);
  });

  test("must hold a Dockerfile that lies elsewhere, or in the Compose file alone", async () => {
    const folder = folderOf({ "web/a.txt": "a", "docker/Dockerfile": "FROM elsewhere" });
    const outside = await sent(building(join(folder, "web"), { dockerfile: "../docker/Dockerfile" }));
    expect(outside.entries.find(({ name }) => name === outside.dockerfile)?.text).toBe("FROM elsewhere");
    const { dockerfile: _path, ...inline } = building(join(folder, "web"), { dockerfileInline: "FROM inline" });
    const found = await sent(inline);
    expect(found.entries.find(({ name }) => name === found.dockerfile)?.text).toBe("FROM inline");
  });

  test("must pass over what no image can hold", async () => {
    const folder = folderOf({ Dockerfile: "FROM scratch" });
    const server = createServer().listen(join(folder, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    expect(names(await sent(building(folder)))).toEqual(["Dockerfile"]);
    server.close();
  });

  test("must be told by its path where it, its Dockerfile or a file in it cannot be read", async () => {
    const folder = folderOf({ "a.txt": "a" });
    const code = "build-failed";
    await expect(sent(building(join(folder, "none")))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(join(folder, "none")),
    });
    await expect(sent(building(folder))).rejects.toMatchObject({ code, message: `there is no ${folder}/Dockerfile` });
    mkdirSync(join(folder, "Dockerfile"));
    await expect(sent(building(folder))).rejects.toMatchObject({ code, message: `${folder}/Dockerfile is a folder` });
  });
});
