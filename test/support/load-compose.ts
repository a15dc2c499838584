import { type LoadedStack, type LoadInput, loadStack } from "../../src/compose/load.ts";
import { GoatError } from "../../src/errors/goat-error.ts";
import type { ServiceSpec } from "../../src/model/stack.ts";
import type { TextFile } from "../../src/platform/text-file.ts";

/** Reads from these: path -> text. */
export const filesOf =
  (files: Readonly<Record<string, string>> = {}) =>
  (path: string): TextFile => {
    const text = files[path];
    return text === undefined ? { state: "missing" } : { state: "text", text };
  };

/** `/shop/dev/docker-compose.yml` and more beside it, in the project `/shop`. */
export const loadTexts = (texts: readonly string[], input: Partial<LoadInput> = {}): LoadedStack =>
  loadStack({
    files: texts.map((text, index) => ({
      path: `/shop/dev/${index === 0 ? "docker-compose" : `extra-${index}`}.yml`,
      text,
    })),
    workingDir: "/shop/dev",
    root: "/shop",
    variables: { HOME: "/home/dev" },
    projectName: undefined,
    profiles: [],
    environmentFiles: [],
    readFile: filesOf(),
    ...input,
  });

export const loadText = (text: string, input: Partial<LoadInput> = {}): LoadedStack => loadTexts([text], input);

/** One service named `a` with an image and these lines. */
export const loadService = (lines: string, input: Partial<LoadInput> = {}): ServiceSpec => {
  const body = lines.replaceAll(/^/gm, "    ");
  const stack = loadText(`services:\n  a:\n    image: busybox\n${body}\nvolumes: { data: }\n`, input).stack;
  const [service] = stack.services;
  if (service === undefined) throw new Error("no service was read");
  return service;
};

/** What was thrown; fails the test where nothing was. */
export const errorOf = (run: () => unknown): GoatError => {
  try {
    run();
  } catch (error) {
    if (error instanceof GoatError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** The located mistakes of one service's lines; the first of them stands in line 4, column 5 on. */
export const serviceMistakes = (lines: string, input: Partial<LoadInput> = {}): readonly string[] =>
  errorOf(() => loadService(lines, input)).evidence.map((line) => line.replace(/^dev\/docker-compose\.yml:/, ""));

export const textMistakes = (text: string, input: Partial<LoadInput> = {}): readonly string[] =>
  errorOf(() => loadText(text, input)).evidence.map((line) => line.replace(/^dev\/docker-compose\.yml:/, ""));
