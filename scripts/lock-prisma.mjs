// Remakes python/prisma-client.json.gz, once for each version of LiteLLM: the request that Prisma's command line sends
// to the generator of the Python client, for the schema of the LiteLLM in python/litellm.lock. Needs uv on the PATH
// (pip install uv).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** The version of Prisma that prisma-client-py 0.11 was made for. */
const prismaVersion = "5.4.2";
const python = join(import.meta.dirname, "..", "python");
const work = mkdtempSync(join(tmpdir(), "goat-lock-prisma-"));
const requests = join(work, "requests.ndjson");

/** A program that Prisma's command line starts as its generator, and that writes down the request. */
const recorder = `
import { appendFileSync } from "node:fs";
import { createInterface } from "node:readline";
const manifest = { prettyName: "recorder", defaultOutput: ${JSON.stringify(work)}, requiresEngines: ["queryEngine"] };
createInterface(process.stdin).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (method === "generate") appendFileSync(${JSON.stringify(requests)}, line + "\\n");
  const result = method === "getManifest" ? { manifest } : null;
  process.stderr.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
});
`;

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: work, stdio: "inherit", env: { ...process.env, ...env } });
  if (error !== undefined) throw new Error(`${command} does not run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with status ${status}`);
}

/** The lock's own lines for one package, with its hashes. */
function lockedLines(name) {
  const lock = readFileSync(join(python, "litellm.lock"), "utf8");
  const [lines] = new RegExp(`^${name}==.*\\n(?: +--hash=.*\\n)+`, "m").exec(lock) ?? [];
  if (lines === undefined) throw new Error(`litellm.lock does not name ${name}`);
  return lines;
}

function fetchSchema() {
  const lines = lockedLines("litellm-proxy-extras");
  writeFileSync(join(work, "extras.lock"), lines);
  run("uv", ["pip", "install", "--quiet", "--target", "extras", "--no-deps", "--require-hashes", "-r", "extras.lock"]);
  const text = readFileSync(join(work, "extras", "litellm_proxy_extras", "schema.prisma"), "utf8");
  return { text, version: /==(\S+)/.exec(lines)[1] };
}

function recordRequest(schema) {
  writeFileSync(join(work, "recorder.mjs"), recorder);
  const provider = `provider = "${process.execPath} ${join(work, "recorder.mjs")}"`;
  const changed = schema.replace(/^\s*binaryTargets.*\n/m, "").replace('provider = "prisma-client-py"', provider);
  writeFileSync(join(work, "schema.prisma"), changed);
  writeFileSync(join(work, "package.json"), '{ "private": true }\n');
  run("npm", ["install", "--silent", "--ignore-scripts", `prisma@${prismaVersion}`]);
  // Any program will do: reading a schema uses none of the engines, and npm does not have them.
  const engine = process.execPath;
  run(process.execPath, ["node_modules/prisma/build/index.js", "generate", "--schema", "schema.prisma"], {
    PRISMA_QUERY_ENGINE_BINARY: engine,
    PRISMA_QUERY_ENGINE_LIBRARY: engine,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    CHECKPOINT_DISABLE: "1",
    DATABASE_URL: "postgresql://localhost/nothing",
  });
  return JSON.parse(readFileSync(requests, "utf8")).params;
}

/** What prisma-client-py reads, without this machine's paths; `python/prisma_client.py` puts in the user's. */
function portable({ generator, dmmf, datasources, version }) {
  return {
    generator: {
      name: generator.name,
      provider: { value: "prisma-client-py", fromEnvVar: null },
      config: generator.config,
      binaryTargets: [],
      previewFeatures: generator.previewFeatures,
    },
    dmmf: { datamodel: dmmf.datamodel, schema: null },
    datasources,
    otherGenerators: [],
    version,
    // There is no such file: PRISMA_QUERY_ENGINE_BINARY names the engine that is used.
    binaryPaths: { queryEngine: { native: "/nowhere/query-engine" } },
  };
}

try {
  const { text, version } = fetchSchema();
  const schema = createHash("sha256").update(text).digest("hex");
  const lock = { version, schema, request: portable(recordRequest(text)) };
  const packed = gzipSync(JSON.stringify(lock), { level: 9 });
  writeFileSync(join(python, "prisma-client.json.gz"), packed);
  console.log(
    `litellm-proxy-extras ${version}: ${lock.request.dmmf.datamodel.models.length} models, ${packed.length} bytes`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
