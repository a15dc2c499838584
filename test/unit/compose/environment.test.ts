import { expect, test } from "vitest";
import { filesOf, loadService, loadText, serviceMistakes } from "../../support/load-compose.ts";

// The answers are Compose's own.
test("env files must be read in their order, under environment, and only where the service is on", () => {
  const readFile = filesOf({
    "/shop/dev/a.env": "A=1\nB=1\nC=$A-${OWN}\n",
    "/shop/b.env": "B='2'\n",
    "/shop/dev/raw.env": "R='$A' # x\n",
  });
  const service = loadService(
    "env_file: [a.env, { path: ../b.env }, { path: none.env, required: false }, { path: raw.env, format: raw }]\nenvironment: { OWN: o, A: own }",
    { readFile },
  );
  expect(service.environment).toEqual({ A: "own", B: "2", C: "1-", R: "'$A' # x", OWN: "o" });
  expect(
    loadText("services: { a: { image: x }, b: { image: y, profiles: [p], env_file: none } }").stack.services,
  ).toHaveLength(1);
});

test("a raw env file must be taken as it is, a bare name from the environment, and mistakes told by their line", () => {
  const lines = "env_file: [{ path: raw.env, format: raw }]";
  const raw = (text: string) => ({ readFile: filesOf({ "/shop/dev/raw.env": text }) });
  expect(loadService(lines, raw('\uFEFF# no\r\n\n  A=x  # y\r\nHOME\nUNSET\nB="q"\n')).environment).toEqual({
    A: "x  # y",
    HOME: "/home/dev",
    B: '"q"',
  });
  expect(serviceMistakes(lines, raw("A=1\n=x\nB C=2\n"))).toEqual([
    "dev/raw.env:2:1 there is no name before the =",
    "dev/raw.env:3:1 a name cannot hold white space",
  ]);
});

test("an env file must see what the files above it set, before the project's", () => {
  const readFile = filesOf({
    "/shop/dev/a.env": "A=1\nHOME=file\nH=$HOME\n",
    "/shop/dev/b.env": "C=${A}\nG=${HOME}\nO=$OWN\n",
  });
  const lines = "env_file: [a.env, b.env]\nenvironment: { A: own, OWN: o }";
  expect(loadService(lines, { readFile }).environment).toMatchObject({ C: "1", G: "file", H: "/home/dev", O: "" });
});

test("a name that has no value anywhere must reach the engine, so that the image's own goes", () => {
  expect(loadService("environment: [X, Y=1]").run.docker).toMatchObject({ unset: ["X"] });
  expect(loadService("environment: [X]", { variables: { X: "1" } }).run.docker).not.toHaveProperty("unset");
});

test("a name without a value must take the project's, or take an env file's away", () => {
  const readFile = filesOf({ "/shop/dev/a.env": "A=1\nB=1\n" });
  const lines = "env_file: a.env\nenvironment: [A, B, C]";
  expect(loadService(lines, { readFile, variables: { A: "project", C: "" } }).environment).toEqual({
    A: "project",
    C: "",
  });
});

test("values must be texts as Compose prints them", () => {
  const lines = "environment: { A: 012, B: yes, C: true, D: 1.0, E: '012', F: 1e3, G: ~, H: !!str 012 }";
  expect(loadService(lines).environment).toEqual({
    A: "10",
    B: "yes",
    C: "true",
    D: "1",
    E: "012",
    F: "1000",
    H: "012",
  });
});
