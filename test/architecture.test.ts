import { describe, expect, test } from "vitest";
import {
  isDefaultExport,
  isGlobal,
  loadedAtOnce,
  nodesWhere,
  type SourceFile,
  sourceFiles,
} from "./support/source-files.ts";

/** What the engine of plain processes asks of a product: the two meet here, and know nothing else of each other. */
const meetingPlace = "engine/processes/runtime.ts";

/** From the ground up: a file imports from lower ranks and its own folder only. */
const ranks: readonly (readonly string[])[] = [
  ["model", "errors"],
  ["litellm", "langfuse"],
  ["platform"],
  ["events"],
  ["pages", "project", "compose", "readiness", "engine/engine.ts"],
  [meetingPlace],
  [
    "engine/docker",
    "engine/processes",
    "runtimes",
    "gateway",
    "client",
    "tracing",
    "recorder",
    "modal",
    "prisma-engine",
    "tap",
  ],
  ["doctor"],
  ["stack"],
  ["app"],
  ["web", "mcp"],
  ["commands", "json.ts"],
  ["cli"],
  ["main.ts"],
];

/** Package -> the only places that import it. */
const doors: Readonly<Record<string, readonly string[]>> = {
  "@modelcontextprotocol/sdk": ["mcp"],
  "@balena/dockerignore": ["engine/docker/build-context.ts"],
  "@prisma/client": ["prisma-engine/wasm.ts"],
  chokidar: ["platform/saves.ts"],
  commander: ["cli/parse.ts"],
  diff: ["gateway/edit/diff.ts"],
  dockerode: ["engine/docker"],
  dotenv: ["project/env-file.ts"],
  enquirer: ["cli/prompt.ts"],
  execa: ["platform/process.ts"],
  "get-east-asian-width": ["platform/style.ts"],
  listr2: ["cli/views/listr.ts"],
  openai: ["client"],
  // Prisma's engine wants rows as lists with their types' numbers, and connections that it holds: none of platform's business.
  pg: ["platform/postgres.ts", "prisma-engine/connections.ts"],
  "postgres-array": ["prisma-engine/columns.ts"],
  "tar-stream": ["engine/docker/build-context.ts"],
  yaml: ["platform/yaml.ts", "compose", "gateway/config.ts", "gateway/edit"],
  // Its third version: Langfuse's refusals are its texts.
  zod: ["recorder/events.ts", "recorder/queries.ts"],
};

/** Where somebody outside meets goat-dev, each with an entry of its own; docs/architecture.md says who they are. */
const faces: Readonly<Record<string, readonly string[]>> = {
  "the command line": ["cli", "commands", "main.ts", "json.ts"],
  "the library for applications": ["client"],
  "the trace recorder": ["recorder"],
  "LiteLLM's database engine": ["prisma-engine"],
};

/** Faces that are programs of their own: they are started, and nobody imports them. */
const programs = ["recorder", "prisma-engine"];

/** They put the pieces together and are the only ones that see the process. */
const roots = ["main.ts", "recorder/main.ts", "prisma-engine/main.ts"];

/** They send signals, which takes a process's own `kill`. */
const signalSenders = ["platform/process.ts", "platform/process-identity.ts"];

const files = sourceFiles();

const isIn = (path: string, place: string): boolean => path === place || path.startsWith(`${place}/`);

const homeOf = (path: string): string | undefined => ranks.flat().find((place) => isIn(path, place));

const rankOf = (path: string): number => ranks.findIndex((places) => places.some((place) => isIn(path, place)));

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const importsWhere = (test: (file: SourceFile, to: string) => boolean, isFile: boolean): readonly string[] =>
  files.flatMap((file) =>
    file.imports
      .filter((found) => found.isFile === isFile && test(file, found.to))
      .map(({ to }) => `${file.path} imports ${to}`),
  );

/** What is left once every file that imports nothing of the rest is taken away, again and again. */
const inCircles = (): readonly string[] => {
  const rest = new Map(files.map(({ path, imports }) => [path, imports.map(({ to }) => to)]));
  for (;;) {
    const free = [...rest].filter(([, imports]) => !imports.some((to) => rest.has(to)));
    if (free.length === 0) return [...rest.keys()];
    for (const [path] of free) rest.delete(path);
  }
};

/** A file and all that is loaded with it. */
const loadedFrom = (path: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(path)) return seen;
  seen.add(path);
  const file = files.find((each) => each.path === path);
  for (const to of file === undefined ? [] : loadedAtOnce(file)) loadedFrom(to, seen);
  return seen;
};

describe("the architecture", () => {
  test("every file must have a rank", () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter(({ path }) => rankOf(path) < 0).map(({ path }) => path)).toEqual([]);
  });

  test("a file must import from lower ranks and its own folder only", () => {
    const wrong = importsWhere((file, to) => rankOf(to) >= rankOf(file.path) && homeOf(to) !== homeOf(file.path), true);
    expect(wrong).toEqual([]);
  });

  test("files must not import each other in a circle, types included", () => {
    expect(inCircles()).toEqual([]);
  });

  test("faces must never import each other, and nobody a program", () => {
    const faceOf = (path: string): string | undefined =>
      Object.keys(faces).find((name) => faces[name]?.some((place) => isIn(path, place)));
    for (const place of Object.values(faces).flat()) expect(files.some(({ path }) => isIn(path, place))).toBe(true);
    const isOther = (from: string | undefined, to: string | undefined): boolean =>
      from !== undefined && to !== undefined && from !== to;
    expect(importsWhere(({ path }, to) => isOther(faceOf(path), faceOf(to)), true)).toEqual([]);
    const isProgram = (path: string): boolean => programs.some((program) => isIn(path, program));
    expect(importsWhere(({ path }, to) => isProgram(to) && faceOf(path) !== faceOf(to), true)).toEqual([]);
  });

  test("only cli/context.ts may name an engine's driver, and what runtimes it is given", () => {
    const isDriver = (path: string): boolean => /^engine\/[^/]+\//.test(path) || isIn(path, "runtimes");
    const isOwn = (from: string, to: string): boolean =>
      homeOf(from) === homeOf(to) || (isIn(from, "runtimes") && to === meetingPlace);
    const isFree = (path: string): boolean => path === "cli/context.ts" || isIn(path, "engine");
    const wrong = importsWhere(({ path }, to) => isDriver(to) && !isOwn(path, to) && !isFree(path), true);
    expect(wrong).toEqual([]);
  });

  test("an engine must know no product: neither its runtime nor its name", () => {
    const engines = files.filter(({ path }) => isIn(path, "engine"));
    expect(importsWhere(({ path }, to) => isIn(path, "engine") && isIn(to, "runtimes"), true)).toEqual([]);
    const code = ({ text }: SourceFile): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    const named = engines.filter((file) => /litellm|langfuse|postgres|recorder/i.test(code(file)));
    expect(engines.length).toBeGreaterThan(20);
    expect(named.map(({ path }) => path)).toEqual([]);
  });

  test("a runtime must know no more of the engine than where the two meet, and nothing of another runtime", () => {
    const product = (path: string): string | undefined => /^runtimes\/([^/]+)\//.exec(path)?.[1];
    const known = ["engine/engine.ts", meetingPlace];
    const wrong = importsWhere(
      ({ path }, to) =>
        product(path) !== undefined &&
        ((isIn(to, "engine") && !known.includes(to)) || (product(to) !== undefined && product(to) !== product(path))),
      true,
    );
    expect(wrong).toEqual([]);
  });

  const commandPaths = files
    .filter(({ path, text }) => isIn(path, "commands") && / = command</.test(text))
    .map(({ path }) => path);

  test("a command must not import another command", () => {
    const paths = commandPaths;
    expect(paths.length).toBeGreaterThan(5);
    expect(importsWhere((file, to) => paths.includes(file.path) && paths.includes(to), true)).toEqual([]);
  });

  test("the list of commands must load none of them before its name is typed", () => {
    expect([...loadedFrom("commands/index.ts")]).toEqual(["commands/index.ts"]);
  });

  test("a command must load nothing of the app, and no package but the table of wide characters", () => {
    const cheap = ["commands", "platform", "model", "errors", "node:util", "get-east-asian-width"];
    const loaded = new Set(commandPaths.flatMap((path) => [...loadedFrom(path)]));
    expect(loaded.size).toBeGreaterThan(commandPaths.length);
    expect([...loaded].filter((path) => !cheap.some((place) => isIn(path, place)))).toEqual([]);
  });

  test("the app must know no face: no command line, no view, no terminal", () => {
    const isFace = (to: string): boolean => ["commands", "cli"].some((face) => isIn(to, face));
    expect(importsWhere(({ path }, to) => isIn(path, "app") && isFace(to), true)).toEqual([]);
    expect(importsWhere(({ path }, to) => isIn(path, "app") && /^node:(?:tty|readline)/.test(to), false)).toEqual([]);
  });

  test("only cli/run.ts may tell a result", () => {
    const telling = files.filter((file) => /emit\(\{\s*type: "result"/.test(file.text));
    expect(telling.map(({ path }) => path)).toEqual(["cli/run.ts"]);
  });

  test("a package must be imported through its one door", () => {
    const isBuiltin = (to: string): boolean => to.startsWith("node:");
    const wrong = importsWhere(
      ({ path }, to) => !isBuiltin(to) && !(doors[packageOf(to)] ?? []).some((door) => isIn(path, door)),
      false,
    );
    expect(wrong).toEqual([]);
  });

  test("the library for applications must import nothing but the openai package, its own files and what is pure", () => {
    const places = ["client", "litellm", "model/nearest.ts", "model/fields.ts"];
    const isIt = (path: string): boolean => places.some((place) => isIn(path, place));
    const isForeign = ({ path }: SourceFile, to: string): boolean => isIt(path) && !isIt(to);
    expect(importsWhere(isForeign, true)).toEqual([]);
    expect(importsWhere((file, to) => isForeign(file, to) && to !== "openai", false)).toEqual([]);
  });

  test("the tap must import nothing but its own files and what is pure or the machine's: a replay loads it all", () => {
    const places = ["tap", "litellm", "platform", "errors", "events/redact.ts", "model"];
    const isForeign = ({ path }: SourceFile, to: string): boolean =>
      isIn(path, "tap") && !places.some((place) => isIn(to, place));
    expect(importsWhere(isForeign, true)).toEqual([]);
    expect(importsWhere((file, to) => isForeign(file, to) && !to.startsWith("node:"), false)).toEqual([]);
  });

  test("a replay must load no package but the table of wide characters, and nothing that reads a project or runs a stack", () => {
    const places = [
      "app/programs",
      "tap",
      "platform",
      "errors",
      "litellm",
      "model",
      "gateway/access.ts",
      "project/state.ts",
    ];
    const more = ["project/settings.ts", "node:", "get-east-asian-width"];
    const loaded = [...loadedFrom("app/programs/replay.ts")];
    expect(loaded).toContain("tap/proxy.ts");
    expect(loaded.filter((path) => ![...places, ...more].some((place) => path.startsWith(place)))).toEqual([]);
  });

  test("status must load no package but those that read a project, and nothing that plans, carries out, checks or installs", () => {
    const idle = [
      "stack/run/prepare.ts",
      "stack/run/execute.ts",
      "stack/run/prove.ts",
      "doctor/checks",
      "gateway/check",
    ];
    const others = [
      "app/bring-up.ts",
      "app/preflight.ts",
      "app/database",
      "runtimes",
      "engine/docker",
      "engine/processes",
    ];
    const loaded = [...loadedFrom("app/status.ts")];
    expect(loaded).toContain("stack/run/observe.ts");
    expect(loaded.filter((path) => [...idle, ...others].some((place) => isIn(path, place)))).toEqual([]);
    const packages = loaded.filter((path) => !(path.startsWith("node:") || path.endsWith(".ts")));
    expect(packages.toSorted()).toEqual(["dotenv", "yaml"]);
  });

  test("only the app may use the tap", () => {
    expect(
      importsWhere(({ path }, to) => isIn(to, "tap") && !["tap", "app"].some((own) => isIn(path, own)), true),
    ).toEqual([]);
  });

  test("a built-in must be imported by its node: name", () => {
    expect(importsWhere((_, to) => ["fs", "path", "os", "http", "net", "process"].includes(to), false)).toEqual([]);
  });

  test("only the composition roots may touch the process", () => {
    const others = files.filter(({ path }) => !roots.includes(path));
    expect(others.flatMap((file) => nodesWhere(file, isGlobal("process")))).toEqual([]);
    const allowed = [...roots, ...signalSenders];
    expect(importsWhere(({ path }, to) => to === "node:process" && !allowed.includes(path), false)).toEqual([]);
  });

  test("nothing may write to the console", () => {
    expect(files.flatMap((file) => nodesWhere(file, isGlobal("console")))).toEqual([]);
  });

  test("a file must not export a default", () => {
    // What a declaration file says is a package's.
    const own = files.filter(({ path }) => !path.endsWith(".d.ts"));
    expect(own.flatMap((file) => nodesWhere(file, isDefaultExport))).toEqual([]);
  });

  test("a file must have at most 300 lines", () => {
    const long = files.map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }));
    expect(long.filter(({ lines }) => lines > 300)).toEqual([]);
  });
});
