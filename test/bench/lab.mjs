// Projects of their own for the bench: the shipped stack in a temporary folder, on free ports, with routes that answer by themselves.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseDocument } from "yaml";

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const execute = promisify(execFile);

/** Output of a command, trimmed. Throws when it fails. */
export async function read(command, args, options = {}) {
  const { stdout } = await execute(command, args, { maxBuffer: 16 * 1024 * 1024, ...options });
  return stdout.trim();
}

/** For goat-dev and docker compose on the same file. */
export async function createLab() {
  const images = parseEnv(await read(process.execPath, [join(repository, "test", "images", "build.mjs")]));
  const project = await createProject(images);
  return {
    ...project,
    images,
    environment: environmentIn(project.folder, ["PATH", "HOME", /^DOCKER_/]),
    remove: () => rm(project.folder, { recursive: true, force: true }),
  };
}

/** A folder with `dev/` and `.env`; `services` are the addresses that answer 200 when the stack is there. */
export async function createProject(variables = {}) {
  const folder = await mkdtemp(join(tmpdir(), "goat-bench-"));
  const [postgres, langfuse, litellm] = await freePorts(3);
  await cp(join(repository, "dev"), join(folder, "dev"), { recursive: true });
  const config = join(folder, "dev", "litellm-config.yaml");
  await writeFile(config, withMocks(await readFile(config, "utf8")));
  const all = {
    LITELLM_MASTER_KEY: "sk-dev-key",
    GROQ_API_KEY: "bench-no-real-key",
    POSTGRES_PORT: postgres,
    LANGFUSE_PORT: langfuse,
    LITELLM_PORT: litellm,
    ...variables,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  await writeFile(join(folder, ".env"), `${lines.join("\n")}\n`, { mode: 0o600 });
  return {
    folder,
    project: `goat-bench-${randomBytes(3).toString("hex")}`,
    services: [
      `http://127.0.0.1:${litellm}/health/readiness`,
      `http://127.0.0.1:${langfuse}/api/public/health?failIfDatabaseUnavailable=true`,
    ],
  };
}

/** Tools see the .env of the bench and of the caller's shell only what is named here: nothing of the caller's own stack. */
export function environmentIn(folder, names) {
  const isPassed = (name) => names.some((wanted) => (wanted instanceof RegExp ? wanted.test(name) : wanted === name));
  const given = Object.entries(process.env).filter(([name]) => isPassed(name));
  return { ...Object.fromEntries(given), XDG_STATE_HOME: join(folder, "state") };
}

/** Real LiteLLM answers, really calls back, and no provider is asked. Edited in place: a date that loses its quotes is no text to LiteLLM. */
function withMocks(text) {
  const document = parseDocument(text);
  document.get("model_list").items.forEach((route, index) => {
    const isEmbedding = route.getIn(["model_info", "mode"]) === "embedding";
    const answer = isEmbedding ? [0.1, 0.2] : "Hello from the bench.";
    document.setIn(["model_list", index, "litellm_params", "mock_response"], answer);
  });
  return document.toString();
}

function parseEnv(text) {
  return Object.fromEntries(text.split("\n").map((line) => line.split("=", 2)));
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
