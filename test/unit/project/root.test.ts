import { expect, test } from "vitest";
import { findProject, nameFromFolder } from "../../../src/project/root.ts";

const find = (
  cwd: string,
  there: readonly string[],
  more: { files?: readonly string[]; envFiles?: readonly string[] } = {},
) => findProject({ cwd, files: [], ...more, exists: (path) => there.includes(path) });

test("the project is the nearest folder upwards with dev/docker-compose.yml", () => {
  const there = ["/a/dev/docker-compose.yml", "/a/b/dev/docker-compose.yml", "/a/b/c/.git"];
  expect(find("/a/b/c/d", there)).toEqual({
    root: "/a/b",
    composeFiles: ["/a/b/dev/docker-compose.yml"],
    envFile: "/a/b/.env",
    envFiles: ["/a/b/.env"],
    stateDir: "/a/b/.goat-dev",
    shipped: false,
  });
});

test("without one, the git root gets the shipped stack under a name of its own", () => {
  expect(find("/home/me/My.App/src", ["/home/me/My.App/.git"])).toEqual({
    root: "/home/me/My.App",
    composeFiles: ["/home/me/My.App/.goat-dev/stack/docker-compose.yml"],
    envFile: "/home/me/My.App/.env",
    envFiles: ["/home/me/My.App/.env"],
    stateDir: "/home/me/My.App/.goat-dev",
    shipped: true,
    defaultName: "goat-myapp",
  });
  expect(find("/nowhere", []).root).toBe("/nowhere");
  expect(find("/日本", []).defaultName).toBe("goat");
});

test("-f takes the file's folder as the project, and the .env beside it, as Compose does", () => {
  const there = ["/x/other.yml", "/here/.env"];
  expect(find("/here", there, { files: ["../x/other.yml"] })).toMatchObject({
    root: "/x",
    composeFiles: ["/x/other.yml"],
    envFile: "/x/.env",
    stateDir: "/x/.goat-dev",
    shipped: false,
  });
});

test("-f with the project's own file must be the project itself, overrides included", () => {
  const there = ["/a/dev/docker-compose.yml", "/a/dev/more.yml"];
  expect(find("/a/dev", there, { files: ["docker-compose.yml", "more.yml"] })).toMatchObject({
    root: "/a",
    composeFiles: ["/a/dev/docker-compose.yml", "/a/dev/more.yml"],
    envFile: "/a/.env",
  });
});

test("-f with a file that is not there must be named", () => {
  expect(() => find("/here", [], { files: ["a.yml"] })).toThrow(
    expect.objectContaining({ code: "compose-file-missing", message: "there is no a.yml" }),
  );
});

test("--env-file must move the .env and leave the state where it is", () => {
  const project = find("/a", ["/a/dev/docker-compose.yml"], { envFiles: ["ci.env", "more.env"] });
  expect(project).toMatchObject({
    envFile: "/a/more.env",
    envFiles: ["/a/ci.env", "/a/more.env"],
    stateDir: "/a/.goat-dev",
  });
});

test("a folder's name must become a project's name as Compose makes it", () => {
  expect(nameFromFolder("/a/_My Project-2.0_")).toBe("myproject-20_");
});
