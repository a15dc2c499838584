import fc from "fast-check";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

/** What a key or a password may be made of. */
const secret = fc.stringMatching(/^[A-Za-z0-9._~!@#%^&*+-]{10,40}$/);

test("doctor --report must hold no secret, wherever it was planted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(secret, { minLength: 6, maxLength: 6 }), async (planted) => {
      const [master = "", groq = "", other = "", logged = "", written = "", password = ""] = planted;
      const quoted = (value: string): string => `'${value}'`;
      const log = [
        `connecting with ${groq}`,
        `api_key=${logged}`,
        `postgresql://me:${encodeURIComponent(password)}@db/x`,
      ];
      const project = await openProject({
        env: `GROQ_API_KEY=${quoted(groq)}\nLITELLM_MASTER_KEY=${quoted(`sk-${master}`)}\nOTHER_TOKEN=${quoted(other)}\n`,
        services: { postgres: { log } },
      });
      project.edit("dev/litellm-config.yaml", (text) => `${text}general_settings: { master_key: "${written}" }\n`);
      await project.goat(["up", "--no-example"]);
      await project.goat(["doctor", "--report"]);
      const report = project.read("goat-dev-report.md");
      for (const value of planted) expect(report).not.toContain(value);
      expect(report).toContain("## Checks");
      expect(report).toContain("postgres");
    }),
    { numRuns: 8 },
  );
});

test("doctor --report must say where it is, and be readable by its owner alone", async () => {
  const { goat, read } = await openProject({ env: "" });
  const { exitCode, out } = await goat(["doctor", "--report"]);
  expect(exitCode).toBe(2);
  expect(out).toContain("goat-dev-report.md can be pasted into an issue");
  expect(read("goat-dev-report.md")).toContain("no-provider-key");
});
