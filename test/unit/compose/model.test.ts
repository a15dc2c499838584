import { expect, test } from "vitest";
import { filesOf, loadText, textMistakes } from "../../support/load-compose.ts";

const readFile = filesOf({
  "/shop/other/base.yml": 'services: { base: { image: x, volumes: ["./d:/d"], env_file: e.env } }',
  "/shop/other/e.env": "E=1\n",
  "/shop/dev/again.yml": "include: [docker-compose.yml]\nservices: { b: { image: y } }",
  "/shop/dev/docker-compose.yml": "include: [again.yml]",
  "/shop/dev/twin.yml": "services: { a: { image: other } }",
  "/shop/dev/wrong.yml": "services: { a: { imgae: x } }",
});

test("what a service extends in another folder must be found from that folder", () => {
  const text = "services: { a: { extends: { file: ../other/base.yml, service: base }, command: x } }";
  const [service] = loadText(text, { readFile }).stack.services;
  expect(service?.environment).toEqual({ E: "1" });
  expect(service?.run.docker).toMatchObject({ image: "x", command: ["x"], mounts: [{ source: "/shop/other/d" }] });
});

test.each([
  ["services: { a: { extends: { file: none.yml, service: b } } }", "1:29 there is no dev/none.yml"],
  [
    "services: { a: { extends: { file: ../other/base.yml, service: b } } }",
    '1:18 "a" extends "b", which is no service',
  ],
  ["services: { a: { image: x, extends: b }, b: { extends: a } }", "extends itself"],
  ["services: { a: { extends: {} } }", '1:27 "extends" needs a "service"'],
  ["include: [none.yml]\nservices: { a: { image: x } }", "1:11 there is no dev/none.yml"],
  ["include: [again.yml]\nservices: { a: { image: x } }", "dev/again.yml includes itself"],
  ["include: [twin.yml]\nservices: { a: { image: x } }", '"a" under "services" is in dev/docker-compose.yml:2 too'],
  ["include: [wrong.yml]", 'dev/wrong.yml:1:18 unknown key "imgae": did you mean "image"?'],
  ["include: [{ path: twin.yml, env_file: none.env }]", "there is no dev/none.env"],
])("%s must be told with its place", (text, mistake) => {
  expect(textMistakes(text, { readFile }).join("\n")).toContain(mistake);
});
