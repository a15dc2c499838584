// Images: those that cannot be had, those that do not fit together, and those that are something else.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** A registry of this machine that answers so, with the gateway's image in it; returns how it ends. */
const serveImage = async (lab, answer) => {
  const server = createServer((request, response) =>
    request.url === "/v2/" ? response.end("{}") : answer(request, response),
  );
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  lab.setEnv({ LITELLM_IMAGE: `127.0.0.1:${server.address().port}/shop/litellm:1` });
  return () => {
    server.closeAllConnections();
    server.close();
  };
};

/** A registry of this machine that refuses like this. */
const registry = (name, status, code, message, says) => ({
  kind: "image",
  name,
  code: "image-unavailable",
  says,
  only: "asked",
  inject: (lab) =>
    serveImage(lab, (_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
    }),
  byHand: (lab) => lab.restore(),
});

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const listType = "application/vnd.docker.distribution.manifest.list.v2+json";

/** Postgres' own image, as a registry has it. */
function blobsOf(lab) {
  const folder = join(lab.home, "saved");
  mkdirSync(folder);
  execFileSync("sh", ["-c", 'docker save "$1" | tar -x -C "$2"', "sh", lab.images.POSTGRES_IMAGE, folder]);
  const [{ Config, Layers }] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const described = (type) => (name) => {
    const path = join(folder, name);
    const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
    return { path, told: { mediaType: type, size: statSync(path).size, digest: `sha256:${hash}` } };
  };
  const config = described("application/vnd.docker.container.image.v1+json")(Config);
  const layers = Layers.map(described("application/vnd.docker.image.rootfs.diff.tar"));
  const told = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: config.told,
    layers: layers.map(({ told }) => told),
  };
  const files = new Map([config, ...layers].map(({ path, told: { digest } }) => [digest, path]));
  return { folder, files, manifest: Buffer.from(JSON.stringify(told)) };
}

/** Postgres' image at a registry that asks `refuses(authorization)` of whoever wants a token, as Docker's own does. */
async function postgresRegistry(lab, refuses) {
  const { folder, files, manifest } = blobsOf(lab);
  const server = createServer((request, response) => {
    const { url, headers } = request;
    const say = (status, body, more = {}) => response.writeHead(status, more).end(JSON.stringify(body));
    const { port } = server.address();
    if (url.startsWith("/token")) return refuses(headers.authorization) ? say(401, refusal) : say(200, { token: "t" });
    if (headers.authorization !== "Bearer t") {
      const realm = `Bearer realm="http://127.0.0.1:${port}/token",service="registry"`;
      return say(401, refusal, { "www-authenticate": realm });
    }
    if (url === "/v2/") return say(200, {});
    const [, digest] = /\/blobs\/(.+)$/.exec(url) ?? [];
    if (digest === undefined) {
      const hash = createHash("sha256").update(manifest).digest("hex");
      const told = { "content-type": manifestType, "docker-content-digest": `sha256:${hash}` };
      response.writeHead(200, { ...told, "content-length": manifest.length });
      return response.end(request.method === "HEAD" ? undefined : manifest);
    }
    response.writeHead(200, { "content-length": statSync(files.get(digest)).size });
    createReadStream(files.get(digest)).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${server.address().port}`;
  lab.setEnv({ POSTGRES_IMAGE: `${host}/shop/postgres:1` });
  const close = async () => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
    rmSync(join(lab.home, ".docker"), { recursive: true, force: true });
    lab.restore();
    await lab.goat(["up", "--json", "--no-example"]);
    lab.docker("image", "rm", "--force", `${host}/shop/postgres:1`);
  };
  return { host, close };
}

const refusal = { errors: [{ code: "UNAUTHORIZED", message: "incorrect username or password" }] };

function writeDockerConfig(lab, config) {
  mkdirSync(join(lab.home, ".docker"), { recursive: true });
  writeFileSync(join(lab.home, ".docker/config.json"), JSON.stringify(config));
}

const login = (name) => ({ auth: Buffer.from(`${name}:word`).toString("base64") });

const loginRows = [
  {
    kind: "image",
    name: "a log-in that is over, for a public image",
    code: "image-unavailable",
    says: /refuses the log-in that Docker's config file keeps/,
    only: "asked",
    inject: async (lab) => {
      const { host, close } = await postgresRegistry(lab, (authorization) => authorization !== undefined);
      writeDockerConfig(lab, { auths: { [host]: login("me") } });
      return close;
    },
  },
  {
    kind: "image",
    name: "a credential helper that is missing, for a public image",
    code: "none",
    inject: async (lab) => {
      const { close } = await postgresRegistry(lab, (authorization) => authorization !== undefined);
      writeDockerConfig(lab, { credsStore: "desktop" });
      return close;
    },
  },
  {
    kind: "image",
    name: "a credential helper that is missing, for an image that needs a log-in",
    code: "image-unavailable",
    says: /docker-credential-desktop cannot be run/,
    only: "asked",
    inject: async (lab, row) => {
      const { host, close } = await postgresRegistry(lab, (authorization) => authorization === undefined);
      writeDockerConfig(lab, { credsStore: "desktop" });
      row.host = host;
      return close;
    },
    byHand: (lab, _told, { host }) => writeDockerConfig(lab, { auths: { [host]: login("me") } }),
  },
  {
    kind: "image",
    name: "an image for other processors alone",
    code: "image-architecture",
    says: /processor/,
    only: "asked",
    inject: (lab) => {
      const platform = { architecture: "s390x", os: "linux" };
      const told = { mediaType: manifestType, size: 2, digest: `sha256:${"0".repeat(64)}`, platform };
      const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: listType, manifests: [told] }));
      return serveImage(lab, ({ method }, response) => {
        const hash = createHash("sha256").update(list).digest("hex");
        const headers = { "content-type": listType, "docker-content-digest": `sha256:${hash}` };
        response.writeHead(200, { ...headers, "content-length": list.length });
        response.end(method === "HEAD" ? undefined : list);
      });
    },
    byHand: (lab) => lab.restore(),
  },
];

const named = (name, code, variables, says, more = {}) => ({
  kind: "image",
  name,
  code,
  says,
  inject: (lab) => lab.setEnv(variables),
  byHand: (lab) => lab.restore(),
  ...more,
});

/** LiteLLM's image with this file as its python. */
const otherPython = (lab, content) => {
  const folder = join(lab.home, "image");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "python"), content, { mode: 0o755 });
  writeFileSync(join(folder, "Dockerfile"), `FROM ${lab.images.POSTGRES_IMAGE}\nCOPY python /usr/local/bin/python\n`);
  lab.docker("build", "--quiet", "--tag", `${lab.name}/python:1`, folder);
  rmSync(folder, { recursive: true });
  return () => lab.docker("image", "rm", "--force", `${lab.name}/python:1`);
};

/** The head of a program for another processor. */
const foreignProgram = Buffer.concat([
  Buffer.from("7f454c46020101000000000000000000", "hex"),
  Buffer.from([2, 0, 21, 0]),
  Buffer.alloc(44),
]);

export const dockerImageRows = [
  registry("no such tag", 404, "MANIFEST_UNKNOWN", "manifest unknown", /manifest unknown|not found/),
  registry("a rate limit", 429, "TOOMANYREQUESTS", "You have reached your pull rate limit", /rate limit/),
  registry("a log-in that is refused", 403, "DENIED", "requested access to the resource is denied", /denied/),
  ...loginRows,
  named(
    "no network to its registry",
    "image-unavailable",
    { LITELLM_IMAGE: "registry.invalid/litellm:1" },
    /registry\.invalid/,
    {
      only: "asked",
    },
  ),
  named("capitals in its name", "compose-invalid", { LITELLM_IMAGE: "Shop/LiteLLM:1" }, /Shop\/LiteLLM/),
  named("Postgres 18 with the mount of 17", "database-mount-unfit", { POSTGRES_IMAGE: "postgres:18" }, /18/),
  named("Langfuse 3 alone", "tracing-needs-clickhouse", { LANGFUSE_IMAGE: "langfuse/langfuse:3.22.0" }, /ClickHouse/),
  named(
    "LiteLLM 1.110 with Langfuse 2",
    "warning",
    { LITELLM_IMAGE: "ghcr.io/berriai/litellm:v1.110.1", LANGFUSE_IMAGE: "langfuse/langfuse:2.95.12" },
    /Langfuse 2/,
    { only: "doctor" },
  ),
  {
    kind: "image",
    name: "another product's image",
    code: "image-wrong-program",
    says: /lacks python/,
    inject: (lab) => lab.setEnv({ LITELLM_IMAGE: lab.images.LANGFUSE_IMAGE }),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "image",
    name: "another processor's program",
    code: "image-architecture",
    says: /another processor/,
    inject: (lab) => {
      lab.setEnv({ LITELLM_IMAGE: `${lab.name}/python:1` });
      return otherPython(lab, foreignProgram);
    },
    byHand: (lab) => lab.restore(),
  },
];
