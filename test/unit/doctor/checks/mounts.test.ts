import { expect, test } from "vitest";
import { foldersToMake, mountMistakes } from "../../../../src/doctor/checks/mounted-files.ts";
import { loadText } from "../../../support/load-compose.ts";

const text = `
services:
  a:
    image: x
    volumes:
      - ./there.yaml:/app/there.yaml
      - ./missing.yaml:/app/missing.yaml:ro
      - ./folder.yaml:/app/config.yaml
      - ./initdb:/docker-entrypoint-initdb.d
      - data:/var/data.yaml
  b: { image: y, tmpfs: /c.json, volumes: ["./gone:/gone"] }
volumes: { data: }
`;

test("a missing source and a folder in a file's place must be named, and nothing else", () => {
  const kinds = new Map([
    ["/shop/dev/there.yaml", "file"],
    ["/shop/dev/folder.yaml", "directory"],
    ["/shop/dev/initdb", "directory"],
  ] as const);
  const kindOf = (path: string) => new Map<string, "file" | "directory">(kinds).get(path) ?? "missing";
  expect(mountMistakes(loadText(text).stack, kindOf)).toEqual([
    { service: "a", source: "/shop/dev/missing.yaml", target: "/app/missing.yaml", problem: "missing" },
    {
      service: "a",
      source: "/shop/dev/folder.yaml",
      target: "/app/config.yaml",
      problem: "directory where a file is expected",
    },
  ]);
});

test("a missing folder must be made, and nothing in a file's place or where the file forbids it", () => {
  const lines = [
    "./data:/var/lib/data",
    "./conf.d:/etc/conf.d",
    "./there:/there",
    "./a.yaml:/a",
    "./certs:/etc/ca.pem",
    "{ type: bind, source: ./long, target: /long }",
  ].map((mount) => (mount.startsWith("{") ? mount : JSON.stringify(mount)));
  const { stack } = loadText(`services: { a: { image: x, volumes: [${lines.join(", ")}] } }`);
  const kindOf = (path: string) => (path.endsWith("/there") ? "directory" : "missing");
  expect(foldersToMake(stack.services, kindOf)).toEqual(["/shop/dev/data", "/shop/dev/conf.d"]);
  expect(mountMistakes(stack, kindOf).map(({ target }) => target)).toEqual(["/a", "/etc/ca.pem", "/long"]);
});
