import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startHttp } from "../support/fake-server.ts";
import { openProject, secretKey } from "../support/goat-project.ts";

describe("keys", () => {
  test("must tell what is set, from where, and what can be none, and never a value", async () => {
    const { goat } = await openProject({ env: `GROQ_API_KEY=${secretKey}\nANTHROPIC_API_KEY=your-key-here\n` });
    const { exitCode, out } = await goat(["keys"], { env: { OPENAI_API_KEY: "sk-proj-0123456789abcdef" } });
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "  VARIABLE            OF            FROM    VERDICT
        LITELLM_MASTER_KEY  this gateway          set: the Compose file's default
        AZURE_API_KEY       Azure OpenAI          not set
        AZURE_API_BASE      Azure OpenAI          not set
        GROQ_API_KEY        Groq          .env:4  set
        OPENAI_API_KEY      OpenAI        shell   set
        ANTHROPIC_API_KEY   Anthropic     .env:5  holds a placeholder
      "
    `);
    expect(out).not.toMatch(/gsk_|sk-proj|your-key/);
  });

  test("--online must ask each provider at its own address, and tell what it says", async () => {
    await using refusing = await startHttp((request, response) => {
      const isGood = request.headers.authorization === `Bearer ${secretKey}`;
      response.writeHead(isGood ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(isGood ? { data: [] } : { error: { message: "Invalid API Key" } }));
    });
    const base = `http://127.0.0.1:${refusing.port}`;
    const env = { GROQ_API_BASE: base, OPENAI_API_BASE: base, ANTHROPIC_API_BASE: "http://127.0.0.1:1" };
    const keys = `GROQ_API_KEY=${secretKey}\nOPENAI_API_KEY=sk-0123456789abcdef\nANTHROPIC_API_KEY=sk-ant-0123456789\n`;
    const { goat } = await openProject({ env: keys });
    const rows = (await goat(["keys", "--online", "--json"], { env })).json()["keys"];
    expect(rows).toMatchObject([
      { variable: "LITELLM_MASTER_KEY", verdict: "set" },
      { variable: "AZURE_API_KEY", verdict: "missing" },
      { variable: "AZURE_API_BASE", verdict: "missing" },
      { variable: "GROQ_API_KEY", verdict: "accepted" },
      { variable: "OPENAI_API_KEY", verdict: "refused", why: "401: Invalid API Key" },
      { variable: "ANTHROPIC_API_KEY", verdict: "set", why: "could not be asked: ECONNREFUSED" },
    ]);
    const doctor = (await goat(["doctor", "keys", "--online", "--json"], { env })).json()["checks"];
    expect(doctor).toMatchObject([
      { verdict: "ok" },
      { verdict: "ok", text: "Groq accepts GROQ_API_KEY" },
      { verdict: "problem", code: "provider-key-refused" },
      { verdict: "warning" },
    ]);
  });
});

describe("keys set", () => {
  test("must write what is piped in into its line of .env, readable by its owner alone", async () => {
    const { goat, read, folder } = await openProject({ env: "# mine\nGROQ_API_KEY=\n# after\n" });
    const { exitCode, out, err } = await goat(["keys", "set", "groq", "--stdin"], { input: `${secretKey}\n` });
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toBe("GROQ_API_KEY written to .env. Next: goat-dev up\n");
    expect(read(".env")).toContain(`# mine\nGROQ_API_KEY=${secretKey}\n# after\n`);
    expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  });

  test("must ask a person, hidden, and make the gateway's own key up where the answer is empty", async () => {
    const { goat, read } = await openProject();
    await goat(["keys", "set", "LITELLM_MASTER_KEY"], { answers: [["LITELLM_MASTER_KEY", "\r"]] });
    expect(read(".env")).toMatch(/^LITELLM_MASTER_KEY=sk-[0-9a-f]{48}$/m);
  });

  test("must refuse what can be no key, and write nothing", async () => {
    const { goat, read } = await openProject();
    const before = read(".env");
    for (const input of ["your-key-here", "sk-ant-0123456789", "", "“gsk_1”"]) {
      const { exitCode, err } = await goat(["keys", "set", "groq", "--stdin"], { input });
      expect({ input, exitCode }).toEqual({ input, exitCode: 2 });
      expect(err).toContain("nothing was written");
      if (input !== "") expect(err).not.toContain(input);
    }
    for (const which of ["grok", "nonsense"]) {
      const { exitCode, err } = await goat(["keys", "set", which, "--stdin"], { input: secretKey });
      expect({ which, exitCode }).toEqual({ which, exitCode: 2 });
      expect(err).toContain("goat-dev keys set groq");
    }
    expect((await goat(["keys", "set", "groq"])).err).toContain("--stdin");
    expect(read(".env")).toBe(before);
  });
});
