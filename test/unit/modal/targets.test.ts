import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseTargets, gatewayTarget, readTargets } from "../../../src/modal/targets.ts";

const text = readFileSync(new URL("../../../dev/vllm-models.json", import.meta.url), "utf8");
const all = [gatewayTarget, ...readTargets(text, "dev/vllm-models.json")];
const named = (...words: readonly string[]) => chooseTargets(words, all, "deploy").map(({ name }) => name);

describe("what goes to Modal", () => {
  test("must be the gateway and every model of the table, each with its script and variable", () => {
    expect(all.map(({ app, script, variables }) => [app, script, variables])).toMatchInlineSnapshot(`
      [
        [
          "goat-services",
          "modal_services.py",
          {},
        ],
        [
          "goat-vllm-llama-3-1-8b",
          "modal_vllm.py",
          {
            "VLLM_MODEL": "llama-3-1-8b",
          },
        ],
        [
          "goat-vllm-qwen3-4b",
          "modal_vllm.py",
          {
            "VLLM_MODEL": "qwen3-4b",
          },
        ],
        [
          "goat-vllm-qwen3-30b-a3b",
          "modal_vllm.py",
          {
            "VLLM_MODEL": "qwen3-30b-a3b",
          },
        ],
        [
          "goat-vllm-qwen3-235b",
          "modal_vllm.py",
          {
            "VLLM_MODEL": "qwen3-235b",
          },
        ],
        [
          "goat-vllm-gpt-oss-20b",
          "modal_gpt_oss.py",
          {
            "GPT_OSS_MODEL": "gpt-oss-20b",
          },
        ],
        [
          "goat-vllm-gpt-oss-120b",
          "modal_gpt_oss.py",
          {
            "GPT_OSS_MODEL": "gpt-oss-120b",
          },
        ],
      ]
    `);
    for (const { startSeconds, limitSeconds } of all) expect(limitSeconds).toBeGreaterThan(startSeconds);
  });

  test("must go by its key, its app or the name that programs ask for, each once and in the table's order", () => {
    expect(named("qwen3-4b", "services", "qwen3-4b")).toEqual(["services", "qwen3-4b"]);
    expect(named("goat-vllm-qwen3-4b")).toEqual(["qwen3-4b"]);
    expect(named("llama-3.1-8b-local")).toEqual(["llama-3-1-8b"]);
    const words = fc.subarray(all.map(({ name }) => name));
    fc.assert(
      fc.property(words, (some) => {
        expect(named(...some.toReversed())).toEqual(some);
      }),
    );
  });

  test("must be refused by the nearest name where there is none", () => {
    expect(() => named("qwen3-4c")).toThrow("there is no qwen3-4c to deploy on Modal; did you mean qwen3-4b?");
    expect(() => named("service")).toThrow("did you mean services?");
    expect(() => named("mistral")).toThrow(
      expect.objectContaining({ code: "modal-target-unknown", message: "there is no mistral to deploy on Modal" }),
    );
  });

  test("must be our mistake where the table cannot be read", () => {
    for (const broken of ["", "{}", '{"models": [{}]}', '{"models": [{"key": "a", "script": "b"}]}']) {
      expect(() => readTargets(broken, "dev/vllm-models.json")).toThrow("dev/vllm-models.json cannot be read");
    }
  });
});
