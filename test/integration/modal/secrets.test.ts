import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { groqKey, masterKey, openCloudProject } from "../../support/cloud.ts";

const values = [masterKey, groqKey];

/** Every file below, as path -> octal mode. */
const modes = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
      const found = statSync(join(folder, path));
      return found.isFile() ? [[path, (found.mode & 0o777).toString(8)]] : [];
    }),
  );

describe("modal secrets sync", () => {
  test("must write what .env has, say which, and name what is not set", async () => {
    const { modal, cloud } = await openCloudProject();
    const { exitCode, out, err } = await modal(["secrets", "sync", "--yes"]);
    expect(exitCode).toBe(0);
    expect(err).toMatchInlineSnapshot(`
      "note: goat-litellm: new, with LITELLM_MASTER_KEY
      note: goat-llm-providers: new, with GROQ_API_KEY; not set: AZURE_API_KEY, AZURE_API_BASE, OPENAI_API_KEY and ANTHROPIC_API_KEY
      note: goat-langfuse: left out, nothing of it is set (LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY)
      note: goat-postgres: left out, nothing of it is set (POSTGRES_PASSWORD)
      note: goat-hf-token: left out, nothing of it is set (HF_TOKEN)
      ✔ goat-litellm  created: LITELLM_MASTER_KEY
      ✔ goat-llm-providers  created: GROQ_API_KEY
      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "Wrote 2 secrets. What runs already takes them over with: goat-dev modal deploy
      "
    `);
    const { goat } = cloud.state().secrets;
    expect(goat).toEqual({
      "goat-litellm": { LITELLM_MASTER_KEY: masterKey },
      "goat-llm-providers": expect.objectContaining({ GROQ_API_KEY: groqKey }),
    });
  });

  test("must leave what has not changed, and write what has", async () => {
    const { modal, project, cloud } = await openCloudProject();
    await modal(["secrets", "sync", "--yes"]);
    const again = await modal(["secrets", "sync", "--json"]);
    expect(again.exitCode).toBe(0);
    expect(again.json()["secrets"]).toMatchObject([{ outcome: "unchanged" }, { outcome: "unchanged" }, {}, {}, {}]);
    project.edit(".env", (text) => text.replace(groqKey, "gsk_another_key_0123456789"));
    const { json } = await modal(["secrets", "sync", "--yes", "--json"]);
    expect(json()["secrets"]).toMatchObject([{ outcome: "unchanged" }, { outcome: "replaced" }, {}, {}, {}]);
    expect(cloud.state().secrets["goat"]?.["goat-llm-providers"]?.["GROQ_API_KEY"]).toBe("gsk_another_key_0123456789");
    const all = await modal(["secrets", "sync", "--yes", "--all", "--json"]);
    expect(all.json()["secrets"]).toMatchObject([{ outcome: "replaced" }, { outcome: "replaced" }, {}, {}, {}]);
  });

  test("must give values to the CLI by an open file of mode 600 alone, and leave none behind", async () => {
    const { modal, project, cloud } = await openCloudProject();
    const { out, err } = await modal(["secrets", "sync", "--yes", "--verbose"]);
    const writes = cloud.calls().filter(({ argv }) => argv[1] === "create");
    expect(writes.map(({ stdin }) => stdin)).toEqual(["600", "600"]);
    const seen = JSON.stringify(cloud.calls()) + out + err;
    for (const value of values) expect(seen).not.toContain(value);
    const kept = modes(join(project.folder, ".goat-dev"));
    expect(kept).toEqual({ ".gitignore": expect.any(String), "modal.json": "600" });
    const memory = readFileSync(join(project.folder, ".goat-dev", "modal.json"), "utf8");
    for (const value of values) expect(memory).not.toContain(value);
  });

  test("must not write without a yes", async () => {
    const { modal, cloud } = await openCloudProject();
    const { exitCode, err } = await modal(["secrets", "sync", "goat-litellm"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("this writes 1 secret to acme's Modal environment goat, and nobody is here to ask");
    expect(err).toContain("goat-dev modal secrets sync goat-litellm --yes");
    expect(cloud.state().secrets["goat"] ?? {}).toEqual({});
  });

  test("must refuse a secret without a needed key by name, and write none of them", async () => {
    const { modal, cloud } = await openCloudProject(
      {},
      { env: `GROQ_API_KEY=${groqKey}\nAZURE_API_KEY=azure_0123456789\n` },
    );
    const { exitCode, err } = await modal(["secrets", "sync", "--yes"]);
    expect(exitCode).toBe(2);
    expect(err).toMatchInlineSnapshot(`
      "the secret goat-litellm would not work: LITELLM_MASTER_KEY is not set   [modal-secret-incomplete]

        seen       goat-llm-providers: it has AZURE_API_KEY, but not AZURE_API_BASE
        fix        openssl rand -hex 24         makes one that nobody can guess: with sk- before it, as LITELLM_MASTER_KEY in .env
                   set AZURE_API_BASE in .env   or take AZURE_API_KEY out
      "
    `);
    expect(cloud.state().secrets["goat"] ?? {}).toEqual({});
  });

  test("must refuse the template's key, which everybody knows", async () => {
    const { modal, cloud } = await openCloudProject({}, { env: "LITELLM_MASTER_KEY=sk-dev-key\n" });
    const { exitCode, err } = await modal(["secrets", "sync", "--yes"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("everybody knows this LITELLM_MASTER_KEY");
    expect(cloud.state().secrets["goat"] ?? {}).toEqual({});
  });

  test("must tell where it stopped, and go on from there", async () => {
    const { modal, cloud } = await openCloudProject({ refuseSecret: "goat-llm-providers" });
    const { exitCode, err } = await modal(["secrets", "sync", "--yes"]);
    expect(exitCode).toBe(6);
    expect(err).toContain("permission denied for this role");
    cloud.change({ refuseSecret: "" });
    const { json } = await modal(["secrets", "sync", "--yes", "--json"]);
    expect(json()["secrets"]).toMatchObject([{ outcome: "unchanged" }, { outcome: "created" }, {}, {}, {}]);
  });
});
