// Builds the images of the end-to-end tests from public packages. A tag names the content it was built from, so what is present is
// never built again. Prints one KEY=image line each on stdout; progress goes to stderr. Postgres's requirements.txt is made from the .in
// beside it: uv pip compile --universal --python-version 3.11 --no-header --no-deps --generate-hashes requirements.in
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildBase } from "./base.mjs";
import { BuildError, build, isPresent, requireEngine } from "./docker.mjs";
import { hashOf, hashOfFolder } from "./inputs.mjs";
import { withLock } from "./lock.mjs";
import { pageFiles, programFiles, programHash, programManifest, stageProgram } from "./program.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const python = join(here, "..", "..", "python");
const variables = {
  base: "BASE_IMAGE",
  postgres: "POSTGRES_IMAGE",
  "postgres-15": "POSTGRES_15_IMAGE",
  langfuse: "LANGFUSE_IMAGE",
  "litellm-packages": "LITELLM_PACKAGES_IMAGE",
  litellm: "LITELLM_IMAGE",
};
const usage = `usage: node test/images/build.mjs [--only ${Object.keys(variables).join(",")}] [--dist dist]`;

const running = new Map();

/** Runs a recipe once, however many images stand on it. */
function image(name) {
  if (!running.has(name)) running.set(name, recipes[name]());
  return running.get(name);
}

const recipes = {
  async base() {
    const tag = `goat-test/base:bookworm-${hashOf(process.arch, await readFile(join(here, "base.mjs")))}`;
    return ensure(tag, () => buildBase(tag));
  },
  async python() {
    return fromFolder("python", "3.11", { BASE: await image("base") });
  },
  async node() {
    const stage = (context) => copyFile(process.execPath, join(context, "node"));
    return fromFolder("node", process.versions.node, { BASE: await image("base") }, { stage });
  },
  async postgres() {
    return fromFolder("postgres", "16", { BASE: await image("base"), PYTHON: await image("python") });
  },
  async "postgres-15"() {
    const entry = join(here, "postgres", "entrypoint.sh");
    const stage = (context) => copyFile(entry, join(context, "entrypoint.sh"));
    return fromFolder("postgres-15", "15", { BASE: await image("base") }, { stage, content: await readFile(entry) });
  },
  async "litellm-packages"() {
    const names = ["litellm.lock", "prisma.lock", "prisma_client.py", "prisma-client.json.gz"];
    const contents = await Promise.all(names.map((name) => readFile(join(python, name))));
    const stage = async (context) => {
      await mkdir(join(context, "python"));
      for (const name of names) await copyFile(join(python, name), join(context, "python", name));
      await copyFile(process.execPath, join(context, "node"));
    };
    const content = hashOf(process.versions.node, ...contents);
    return fromFolder("litellm-packages", "", { PYTHON: await image("python") }, { stage, content });
  },
  async litellm() {
    const bin = ["query-engine", "prisma", "prisma-engine.js", "load.js", "package.json"].map((name) =>
      join("bin", name),
    );
    const program = await programOf("prisma-engine", bin);
    return fromFolder("litellm", "1.103.7", { PACKAGES: await image("litellm-packages") }, program);
  },
  async langfuse() {
    const page = await pageFiles(options.dist);
    return fromFolder("recorder", "", { NODE: await image("node") }, await programOf("recorder", page));
  },
};

/** One of the package's programs, to be staged into an image. */
async function programOf(name, others) {
  const files = await programFiles(options.dist, name, others);
  const manifest = await programManifest(options.dist);
  return {
    stage: (context) => stageProgram(files, manifest, context),
    content: await programHash(files, manifest),
  };
}

async function fromFolder(name, version, args, { stage, content = "" } = {}) {
  const folder = join(here, name);
  const hash = hashOf(await hashOfFolder(folder), content, JSON.stringify(args));
  const tag = `goat-test/${name}:${[version, hash].filter(Boolean).join("-")}`;
  return ensure(tag, () => build({ tag, folder, args, stage }));
}

async function ensure(tag, make) {
  if (await isPresent(tag)) return tag;
  await withLock(tag, async () => {
    if (await isPresent(tag)) return;
    const startedMs = performance.now();
    say(`${tag}: building`);
    await make();
    say(`${tag}: built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  });
  return tag;
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function readOptions() {
  const { values } = parseArgs({ options: { only: { type: "string" }, dist: { type: "string" } } });
  const wanted = values.only?.split(",") ?? Object.keys(variables).filter((name) => name !== "postgres-15");
  const unknown = wanted.find((name) => !(name in variables));
  if (unknown !== undefined) throw new BuildError(`there is no image called "${unknown}"\n${usage}`);
  return { wanted, dist: resolve(values.dist ?? join(here, "..", "..", "dist")) };
}

let options;
try {
  options = readOptions();
  await requireEngine();
  const built = await Promise.allSettled(options.wanted.map(image));
  const failed = built.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  options.wanted.forEach((name, index) => {
    process.stdout.write(`${variables[name]}=${built[index].value}\n`);
  });
} catch (error) {
  const known = error instanceof BuildError || String(error?.code).startsWith("ERR_PARSE_ARGS");
  say(known ? `test images: ${error.message}` : `test images: ${error?.stack ?? error}`);
  process.exitCode = 1;
}
