import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSecretTable } from "../../../src/modal/secrets.ts";

const read = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

const page = read("docs/modal.md");

interface Entry {
  readonly key: string;
  readonly name: string;
  readonly gpuCount: number;
  readonly modalGpu: string;
  readonly coldStartSeconds: number;
  readonly firstStartSeconds: number;
}

const minutes = (seconds: number): string =>
  [seconds >= 60 ? `${Math.floor(seconds / 60)} min` : "", seconds % 60 === 0 ? "" : `${seconds % 60} s`]
    .join(" ")
    .trim();

test("docs/modal.md must list the models of dev/vllm-models.json as they are there, and no other", () => {
  const { models }: { readonly models: readonly Entry[] } = JSON.parse(read("dev/vllm-models.json"));
  const listed = [...page.matchAll(/^\| `([a-z0-9-]+)` \| `([^`]+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)];
  expect(listed.map(([, ...cells]) => cells)).toEqual(
    models.map((model) => [
      model.key,
      model.name,
      `${model.gpuCount} × ${model.modalGpu}`,
      minutes(model.coldStartSeconds),
      minutes(model.firstStartSeconds),
    ]),
  );
});

test("docs/modal.md must name only variables of secrets that there are", () => {
  const variables = Object.values(readSecretTable(read("dev/modal-secrets.json"), "dev/modal-secrets.json")).flat();
  const named = page.match(/\b(?:LANGFUSE_(?!MODEL)[A-Z_]+|HF_TOKEN|LITELLM_MASTER_KEY|POSTGRES_PASSWORD)\b/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !variables.includes(name))).toEqual([]);
});

test("docs/modal.md must call its prices assumed", () => {
  for (const line of page.split("\n").filter((text) => /^\| Key .*Per hour/.test(text)))
    expect(line).toContain("assumed");
  expect(page).toContain("These figures are **assumed**");
});
