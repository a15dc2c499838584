// A project of its own, whose stack is up without Docker or on it: what is injected into it is real.
import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

const root = join(import.meta.dirname, "../..");

export const key = "gsk_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";

export async function openLab(engine, signal) {
  const base = mkdtempSync(join(tmpdir(), "goat-score-"));
  const folder = join(base, "project");
  const ports = await freePorts(3);
  const name = `score${process.pid}`;
  const images = engine === "docker" ? imagesOfTests() : {};
  makeProject(folder, name, ports, images);
  const kept = join(base, "kept");
  cpSync(folder, kept, { recursive: true });
  const home = join(base, "home");
  mkdirSync(home);
  const given = process.env.DOCKER_HOST === undefined ? {} : { DOCKER_HOST: process.env.DOCKER_HOST };
  const env = { PATH: process.env.PATH, HOME: home, GOAT_DEV_ENGINE: engine, XDG_CACHE_HOME: cacheFolder(), ...given };
  const bin = join(base, "bin");
  mkdirSync(bin);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, "bin/goat-dev.js")}' "$@"\n`;
  writeFileSync(join(bin, "goat-dev"), program, { mode: 0o755 });
  const path = (...parts) => join(folder, ...parts);
  /** `prefix`: words before the command, such as those of setpriv; `node`: another Node than this one. */
  const goat = (args, more = {}) =>
    runAs(more, [more.node ?? process.execPath, more.program ?? join(root, "bin/goat-dev.js"), ...args], {
      cwd: more.cwd ?? folder,
      env: { ...env, ...more.env },
      input: more.input,
      signal,
    });
  const edit = (file, change) => writeFileSync(path(file), change(readFileSync(path(file), "utf8")));
  return {
    name,
    base,
    home,
    folder,
    ports,
    images,
    path,
    goat,
    edit,
    /** A line of shell, in which goat-dev is this one. */
    shell: (line, more = {}) =>
      runAs(more, ["sh", "-c", line], {
        cwd: more.cwd ?? folder,
        env: { ...env, EDITOR: "true", ...more.env, PATH: `${bin}:${more.env?.PATH ?? env.PATH}` },
        input: more.input,
        signal,
      }),
    setEnv: (variables) => edit(".env", (text) => Object.entries(variables).reduce(withVariable, text)),
    /** The project's files as they were. */
    restore: () => {
      for (const name of [".env", "dev"]) rmSync(path(name), { recursive: true, force: true });
      for (const name of [".env", "dev"]) cpSync(join(kept, name), path(name), { recursive: true });
    },
    /** Asks the database, as its own user. */
    sql: async (text, database = "postgres") => {
      const client = await connect(ports[0], database);
      await client.query(text).finally(() => client.end());
    },
    connect: () => connect(ports[0], "postgres"),
    /** Where the engine of plain processes keeps the database's files. */
    data: () => join(placeOf(folder), "volumes", `${name}_postgres-data`),
    docker: (...args) => execFileSync("docker", args, { encoding: "utf8", stdio: "pipe" }).trim(),
    container: (service) => `${name}-${service}-1`,
    pid: async (service) => {
      const { json } = await goat(["status", "--json"]);
      return json?.services?.find(({ name }) => name === service)?.pid;
    },
    close: async () => {
      // Also where the run was interrupted.
      const words = [join(root, "bin/goat-dev.js"), "down", "--volumes", "--no-dump", "--yes"];
      await run(process.execPath, words, { cwd: folder, env });
      rmSync(placeOf(folder), { recursive: true, force: true });
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function connect(port, database) {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", password: "postgres", database });
  await client.connect();
  return client;
}

/** What the engine of plain processes keeps, which of root's projects lies elsewhere. */
function placeOf(folder) {
  const path = join(folder, ".goat-dev/embedded/place.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).base : join(folder, ".goat-dev/embedded");
}

/** Where other tests have installed Postgres and LiteLLM already. */
function cacheFolder() {
  const uid = process.getuid?.() ?? 0;
  return `/var/tmp/goat-dev-test-cache${uid === 0 ? "" : `-${uid}`}`;
}

/** Throws where the stack does not come up. */
export async function bring(lab) {
  const up = await lab.goat(["up", "--json", "--no-example"]);
  if (up.exitCode !== 0) throw new Error(`the lab is not well: ${up.stdout}${up.stderr}`);
}

/** Images in the places of those that have to be pulled. */
function imagesOfTests() {
  const words = [join(root, "test/images/build.mjs"), "--only", "postgres,langfuse,litellm"];
  const lines = execFileSync(process.execPath, words, { encoding: "utf8" }).trim().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("=", 2)));
}

function makeProject(folder, name, [postgres, langfuse, litellm], images) {
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "dev"), join(folder, "dev"), { recursive: true });
  const compose = join(folder, "dev/docker-compose.yml");
  writeFileSync(compose, readFileSync(compose, "utf8").replace(/^name: .*$/m, `name: ${name}`));
  const config = join(folder, "dev/litellm-config.yaml");
  const mocked = readFileSync(config, "utf8").replace(
    "      api_key: os.environ/GROQ_API_KEY\n",
    (line) => `${line}      mock_response: Hello\n`,
  );
  writeFileSync(config, mocked);
  const ports = { POSTGRES_PORT: postgres, LANGFUSE_PORT: langfuse, LITELLM_PORT: litellm };
  const variables = { GROQ_API_KEY: key, ...ports, ...images };
  const template = readFileSync(join(root, "dev/.env.example"), "utf8");
  writeFileSync(join(folder, ".env"), Object.entries(variables).reduce(withVariable, template), { mode: 0o600 });
}

/** Where it stands, commented out or not; else at the end. */
function withVariable(text, [name, value]) {
  const line = new RegExp(`^(?:# )?${name}=.*$`, "m");
  return line.test(text) ? text.replace(line, () => `${name}=${value}`) : `${text.trimEnd()}\n${name}=${value}\n`;
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export function listen(port, host = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject).listen(port, host, () => resolve(server));
  });
}

/** Until the disk takes no more. */
export function fill(path) {
  const [file, piece] = [openSync(path, "w"), Buffer.alloc(1 << 20)];
  try {
    for (;;) writeSync(file, piece);
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
}

const limitMs = 240_000;

function runAs({ prefix = [] }, words, options) {
  const [command, ...args] = [...prefix, ...words];
  return run(command, args, options);
}

async function run(command, args, { input = "", ...options }) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], timeout: limitMs, ...options });
  const [out, err] = [[], []];
  child.stdout.on("data", (piece) => out.push(piece));
  child.stderr.on("data", (piece) => err.push(piece));
  child.stdin.on("error", () => undefined).end(input);
  const exitCode = await new Promise((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
  const stdout = Buffer.concat(out).toString();
  return { exitCode, stdout, stderr: Buffer.concat(err).toString(), json: parse(stdout) };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
