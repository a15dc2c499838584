// Images: those that cannot be had, those that do not fit together, and those that are something else.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** A registry of this machine that refuses like this. */
const registry = (name, status, code, message, says) => ({
  kind: "image",
  name,
  code: "image-unavailable",
  says,
  only: "asked",
  inject: async (lab) => {
    const server = createServer((request, response) => {
      if (request.url === "/v2/") return response.end("{}");
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code, message }] }));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    lab.setEnv({ LITELLM_IMAGE: `127.0.0.1:${server.address().port}/shop/litellm:1` });
    return () => {
      server.closeAllConnections();
      server.close();
    };
  },
  byHand: (lab) => lab.restore(),
});

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
