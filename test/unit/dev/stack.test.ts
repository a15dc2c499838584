import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readGatewayConfig } from "../../../src/gateway/config.ts";
import { pinnedImages } from "../../../src/project/versions.ts";

const dev = join(import.meta.dirname, "../../../dev");
const read = (name: string): string => readFileSync(join(dev, name), "utf8");

const composeText = read("docker-compose.yml");
const compose = parse(composeText);
const template = read(".env.example");

const variables = [...composeText.matchAll(/\$\{(\w+)(:-([^}]*))?\}/g)].map(([, name, fallback, value]) => ({
  name: name ?? "",
  fallback,
  value,
}));
const passedOn: readonly string[] = compose.services.litellm.environment.filter(
  (entry: string) => !entry.includes("="),
);

describe("the Compose file", () => {
  test.each(Object.entries(pinnedImages))("must default %s to the version that the code names", (name, image) => {
    expect(variables.filter((variable) => variable.name === name).map((variable) => variable.value)).toEqual([image]);
  });

  test("must be of the versions that README.md, the failures' page and the template name, wherever they do", () => {
    const pages = ["README.md", "docs/failures.md", "dev/.env.example"].map((page) => read(`../${page}`)).join("\n");
    const images = [...pages.matchAll(/\b(?:postgres|langfuse\/langfuse|ghcr\.io\/berriai\/litellm):v?\d[\d.]*\d/g)];
    const named = images.map(([image]) => image).filter((image) => image !== "postgres:5432");
    expect(new Set(named)).toEqual(new Set(Object.values(pinnedImages)));
    const spoken = "postgres 16, Langfuse 2.95.12, LiteLLM 1.103.10";
    const versions = Object.values(pinnedImages).map((image) => image.replace(/^.*:v?/, ""));
    expect(spoken.match(/\d[\d.]*/g)).toEqual(versions);
    expect(pages).toContain(spoken);
  });

  test("must give every variable a default, since restart and down do not read .env", () => {
    expect(variables.filter((variable) => variable.fallback === undefined)).toEqual([]);
    expect(composeText.replaceAll(/\$\{\w+:-[^}]*\}|\$\$/g, "")).not.toContain("$");
  });

  test("must default one variable to one value wherever it stands", () => {
    const written = variables.map(({ name, value }) => `${name}=${value}`);
    const names = variables.map(({ name }) => name);
    expect(new Set(written).size).toBe(new Set(names).size);
  });

  test("must publish ports on 127.0.0.1 only", () => {
    const ports = Object.values<{ ports: string[] }>(compose.services).flatMap((service) => service.ports);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test("must mount the project's files read-only", () => {
    const mounts = Object.values<{ volumes?: string[] }>(compose.services).flatMap((service) => service.volumes ?? []);
    for (const mount of mounts.filter((text) => text.startsWith("."))) expect(mount).toMatch(/:ro$/);
  });

  test("must give Langfuse's keys to LiteLLM as Langfuse is initialised with them", () => {
    const { langfuse, litellm } = compose.services;
    expect(litellm.environment).toEqual(
      expect.arrayContaining([
        `LANGFUSE_PUBLIC_KEY=${langfuse.environment.LANGFUSE_INIT_PROJECT_PUBLIC_KEY}`,
        `LANGFUSE_SECRET_KEY=${langfuse.environment.LANGFUSE_INIT_PROJECT_SECRET_KEY}`,
        "LANGFUSE_HOST=http://langfuse:3000",
      ]),
    );
  });

  test("must keep a program's variables from LiteLLM", () => {
    expect(composeText).not.toMatch(/OPENAI_BASE_URL|EVAL_MODEL/);
  });

  test("must have LiteLLM reload the config that it serves, by the launcher that it was started with", () => {
    const { entrypoint, command, volumes, "x-goat": goat } = compose.services.litellm;
    expect(goat.reload.command).toEqual(entrypoint);
    expect(goat.reload.files).toEqual([command[command.indexOf("--config") + 1]]);
    expect(goat.reload.environment).toEqual(passedOn);
    expect(volumes).toEqual([".:/app/dev:ro", "./launcher:/opt/goat/launcher:ro"]);
  });

  test("must name each service's role, and stop LiteLLM by SIGTERM and Langfuse by SIGQUIT, which alone ends it", () => {
    const roles = Object.entries<{ "x-goat": { role: string } }>(compose.services).map(([name, service]) => [
      name,
      service["x-goat"].role,
    ]);
    expect(roles).toEqual([
      ["postgres", "database"],
      ["langfuse", "tracing"],
      ["litellm", "gateway"],
    ]);
    expect(compose.services.langfuse).toMatchObject({ stop_signal: "SIGQUIT" });
    expect(compose.services.litellm).toMatchObject({ stop_signal: "SIGTERM", restart: "on-failure" });
  });
});

describe("the .env template", () => {
  test("must keep comments on lines of their own, since Compose reads one behind an empty value as the value", () => {
    for (const line of template.split("\n")) expect(line).toMatch(/^$|^#|^[A-Z_]+=[^\s#]*$/);
  });

  test("must hold no key but the one that is no secret", () => {
    const set = template.split("\n").filter((line) => /^[A-Z_]+=./.test(line));
    expect(set).toEqual(["LITELLM_MASTER_KEY=sk-dev-key"]);
  });

  test("must name every variable of the Compose file with its default, and no other but goat-dev's own", () => {
    const all = [...template.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = "", value]) => [name, value]);
    const named = all.filter(([name]) => name?.startsWith("GOAT_DEV_") === false);
    // Compose sets one by itself.
    const own = variables.filter(({ name }) => name !== "COMPOSE_PROJECT_NAME");
    const defaults = new Map(own.map(({ name, value }) => [name, value ?? ""]));
    for (const name of passedOn) defaults.set(name, "");
    expect(Object.fromEntries(named)).toEqual(Object.fromEntries(defaults));
    expect(named).toHaveLength(defaults.size);
  });
});

describe("the LiteLLM config", () => {
  const { routes, settings } = readGatewayConfig(read("litellm-config.yaml"), "dev/litellm-config.yaml");

  test("must route the five models to their providers", () => {
    expect(routes.map(({ name, upstream, mode }) => [name, upstream, mode])).toEqual([
      ["gpt-4o-mini", "azure/gpt-4o-mini", "chat"],
      ["gpt-5-nano", "azure/gpt-5-nano", "chat"],
      ["gpt-5-mini", "azure/gpt-5-mini", "chat"],
      ["llama-3.3-70b", "groq/llama-3.3-70b-versatile", "chat"],
      ["text-embedding-3-small", "openai/text-embedding-3-small", "embedding"],
    ]);
  });

  test("must refer only to variables that reach LiteLLM", () => {
    for (const name of routes.flatMap((route) => route.keyVariables)) expect(passedOn).toContain(name);
  });

  test("must be capped, traced on success and failure, and keep key and database in the environment", () => {
    expect(settings).toEqual({
      maxBudget: 1000,
      budgetDuration: "1mo",
      successCallbacks: ["langfuse"],
      failureCallbacks: ["langfuse"],
    });
    const config = parse(read("litellm-config.yaml"));
    expect(config.litellm_settings.drop_params).toBe(true);
    expect(config.general_settings).toEqual({
      master_key: "os.environ/LITELLM_MASTER_KEY",
      database_url: "os.environ/DATABASE_URL",
      proxy_batch_write_at: 2,
      user_api_key_cache_ttl: 5,
    });
  });
});
