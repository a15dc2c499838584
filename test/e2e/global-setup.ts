import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { docker, dockerAt } from "../support/docker.ts";
import { leaksOf, type TestRun } from "../support/leaks.ts";
import { layOutPackage } from "./package.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly e2e: {
      /** Why these tests cannot run here; null where they can. */
      readonly missing: string | null;
      readonly run: TestRun;
      /** Whose engine it is. */
      readonly product: "Docker" | "Podman";
      readonly bin: string;
      /** POSTGRES_IMAGE, LANGFUSE_IMAGE, LITELLM_IMAGE. */
      readonly images: Readonly<Record<string, string>>;
      /** An image with sh, sleep and tail, that starts in a moment. */
      readonly base: string;
    };
  }
}

const builder = join(import.meta.dirname, "..", "images", "build.mjs");
const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

const buildImages = async (dist: string) => {
  const { stdout } = await promisify(execFile)(process.execPath, [builder, "--dist", dist], { maxBuffer: 2 ** 26 });
  const pairs = [...stdout.matchAll(/^(\w+)=(.+)$/gm)].map(([, name = "", image = ""]) => [name, image] as const);
  const { BASE_IMAGE: base = "", LITELLM_PACKAGES_IMAGE: _, ...images } = Object.fromEntries(pairs);
  return { base, images };
};

const wordsOf = (error: unknown): string => {
  const { stderr } = Object(error) as { readonly stderr?: unknown };
  const text = typeof stderr === "string" && stderr !== "" ? stderr : String(error);
  return text.trim().replace(/^Error: /, "");
};

/** Why no test can run; null where an engine answers. */
const findObstacle = (): Promise<string | null> => {
  const leftOut = process.env["GOAT_DEV_TEST_LEFT_OUT"];
  if (leftOut !== undefined) return Promise.resolve(leftOut);
  return docker("version", "--format", "{{.Server.Version}}").then(() => null, wordsOf);
};

/** An engine that the tests run on, for as long as they do. */
interface TestEngine extends AsyncDisposable {
  /** Absent where Docker's own command line finds it. */
  readonly host?: string;
}

type StartEngine = (images: readonly string[]) => Promise<TestEngine | { readonly skip: string }>;

/** Whatever DOCKER_HOST or Docker's context names. */
const found: StartEngine = async () => ({ [Symbol.asyncDispose]: async () => undefined });

const productOf = async (host?: string): Promise<"Docker" | "Podman"> =>
  (await dockerAt(host)("version")).includes("Podman") ? "Podman" : "Docker";

export const setup = (project: TestProject) => prepare(project, found);

/** Lays out the package, builds the images on Docker, and starts the engine that the tests use; gives what ends it all. */
export const prepare = async (project: TestProject, startEngine: StartEngine): Promise<() => Promise<void>> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "goat-dev-e2e-")));
  const prefix = `t-${randomBytes(3).toString("hex")}-`;
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const leaveOut = (missing: string) => {
    remove();
    if (isRequired) throw new Error(`the end-to-end tests cannot run here:\n${missing}`);
    project.provide("e2e", { missing, run: { folder, prefix }, product: "Docker", bin: "", images: {}, base: "" });
    process.stderr.write(`left out: end-to-end tests: ${missing.split("\n")[0]}\n`);
    return async () => undefined;
  };
  const obstacle = await findObstacle();
  if (obstacle !== null) return leaveOut(obstacle);
  const bin = await layOutPackage(join(folder, "package"));
  const built = await buildImages(join(folder, "package", "dist")).catch(wordsOf);
  if (typeof built === "string") return leaveOut(built);
  const engine = await startEngine([built.base, ...Object.values(built.images)]).catch((error: unknown) => {
    remove();
    throw error;
  });
  if ("skip" in engine) return leaveOut(engine.skip);
  const run = { folder, prefix, ...(engine.host === undefined ? {} : { dockerHost: engine.host }) };
  project.provide("e2e", { missing: null, run, product: await productOf(engine.host), bin, ...built });
  const before = await leaksOf(run);
  if (before.length > 0) throw new Error(`there before the first test:\n${before.join("\n")}`);
  return async () => {
    const leaks = await leaksOf(run);
    await engine[Symbol.asyncDispose]();
    remove();
    if (leaks.length === 0) return;
    // Vitest tells an error of a teardown, and ends with 0 all the same.
    process.exitCode = 1;
    throw new Error(`left behind by the end-to-end tests:\n${leaks.join("\n")}`);
  };
};
