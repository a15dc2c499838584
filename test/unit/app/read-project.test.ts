import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readEnvironment } from "../../../src/app/read-environment.ts";
import { insteadOfOwn, type LoadRequest, load } from "../../../src/app/read-project.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import { errorOf } from "../../support/load-compose.ts";
import { oddFiles } from "../../support/odd-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const packageRoot = join(import.meta.dirname, "../../..");

const compose = `services:
  web: { image: "web:\${TAG:-1}", environment: [TOKEN] }
  extra: { image: extra, profiles: [more] }
`;

const request = (cwd: string, changes: Partial<LoadRequest> = {}): LoadRequest => ({
  cwd,
  shell: {},
  files: [],
  envFiles: [],
  projectName: undefined,
  profiles: [],
  packageRoot,
  version: "1.0.0",
  ...changes,
});

const project = (files: Readonly<Record<string, string>> = {}): string =>
  writeFiles(tempFolder(), { "dev/docker-compose.yml": compose, ...files });

const loadFor = async (asked: LoadRequest) => load(asked, readEnvironment(asked), new AbortController().signal);

const loaded = (cwd: string, changes: Partial<LoadRequest> = {}) => loadFor(request(cwd, changes));

test("the shell must win over .env, as for Compose", async () => {
  const cwd = project({ ".env": "TAG=2\nTOKEN=from-file\n" });
  const { stack } = await loaded(cwd, { shell: { TAG: "3" } });
  expect(stack.services[0]?.run.docker?.image).toBe("web:3");
  expect(stack.services[0]?.environment).toEqual({ TOKEN: "from-file" });
});

test("without .env its defaults must hold, and nobody be told of a file", async () => {
  const { stack } = await loaded(project());
  expect(stack.services[0]?.run.docker?.image).toBe("web:1");
  expect(stack.environmentFiles).toEqual([]);
});

test("every secret of .env must be known, those that the shell overrides too", () => {
  const cwd = project({ ".env": "GROQ_API_KEY=gsk_from_file\nTAG=2\n" });
  const { secrets } = readEnvironment(request(cwd, { shell: { GROQ_API_KEY: "gsk_from_shell" } }));
  expect(secrets.map(({ value }) => value)).toEqual(expect.arrayContaining(["gsk_from_file", "gsk_from_shell"]));
  expect(secrets.map(({ name }) => name)).not.toContain("TAG");
});

test("the gateway's key in the shell must not become OpenAI's, and .env's own must", () => {
  const cwd = project({ ".env": "LITELLM_MASTER_KEY=sk-mine\nOPENAI_API_KEY=sk-openai\n" });
  const environment = readEnvironment(request(cwd, { shell: { OPENAI_API_KEY: "sk-mine" } }));
  expect(environment).toMatchObject({ gatewayKeyInShell: true, variables: { OPENAI_API_KEY: "sk-openai" } });
  const other = readEnvironment(request(cwd, { shell: { OPENAI_API_KEY: "sk-other" } }));
  expect(other).toMatchObject({ gatewayKeyInShell: false, variables: { OPENAI_API_KEY: "sk-other" } });
});

test("mistakes of .env must be told by line, the file by the name that a user knows", () => {
  const cwd = project({ ".env": "A=1\nnot a line\n" });
  const error = errorOf(() => readEnvironment(request(cwd)));
  expect(error).toMatchObject({ code: "env-file-invalid", message: ".env:2 there is no = here" });
  const outside = writeFiles(tempFolder(), { "ci.env": "not a line\n" });
  const other = errorOf(() => readEnvironment(request(cwd, { envFiles: [join(outside, "ci.env")] })));
  expect(other.message).toBe(`${outside}/ci.env:1 there is no = here`);
});

test.each(Object.entries(oddFiles).filter(([, { says }]) => says !== "is a folder"))(
  "a .env that is a %s must be named, and so must one that was asked for, and a Compose file",
  async (_name, odd) => {
    const cwd = project({ "other/compose.yml": compose });
    await odd.make(join(cwd, ".env"));
    const asked = { code: "env-file-invalid", exitCode: 2, message: `.env ${odd.says}` };
    expect(errorOf(() => readEnvironment(request(cwd)))).toMatchObject(asked);
    expect(errorOf(() => readEnvironment(request(cwd, { envFiles: [".env"] })))).toMatchObject(asked);
    const another = request(join(cwd, "other"), { files: ["../.env"], envFiles: ["/dev/null"] });
    await expect(loadFor(another)).rejects.toMatchObject({ code: "compose-invalid", message: `.env ${odd.says}` });
  },
);

test("a folder named .env, as Python's venv makes it, must be passed over, unless it was asked for", async () => {
  const cwd = project({ ".env/bin/python": "" });
  expect(readEnvironment(request(cwd)).environmentFiles).toEqual([]);
  expect((await loaded(cwd)).stack.environmentFiles).toEqual([]);
  expect(errorOf(() => readEnvironment(request(cwd, { envFiles: [".env"] }))).message).toBe(".env is a folder");
});

test("an --env-file that is not there must be an error, a .env that is not there none", () => {
  const cwd = project();
  const error = errorOf(() => readEnvironment(request(cwd, { envFiles: ["ci.env"] })));
  expect(error).toMatchObject({ code: "env-file-invalid", exitCode: 2, message: "there is no ci.env" });
  expect(readEnvironment(request(cwd)).environmentFiles).toEqual([]);
});

test("no bytes in a file that a user wrote must end in anything but words about that file", async () => {
  const cwd = project({ "dev/docker-compose.yml": "services: { a: { image: x, env_file: [service.env] } }\n" });
  const files = [".env", "dev/service.env", "dev/extra.yml"];
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary" }), fc.string());
  const refusal = fc.asyncProperty(fc.constantFrom(...files), bytes, async (file, content) => {
    writeFiles(cwd, { ".env": "", "dev/service.env": "", "dev/extra.yml": "services: {}" });
    writeFileSync(join(cwd, file), content);
    const asked = ["dev/docker-compose.yml", "dev/extra.yml"];
    const error = await loaded(cwd, { files: asked }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) return;
    expect(error).toBeInstanceOf(GoatError);
    expect(["compose-invalid", "env-file-invalid"]).toContain((error as GoatError).code);
    expect((error as GoatError).message).toContain(file);
  });
  await fc.assert(refusal, { numRuns: 300 });
});

test("a folder as a Compose file must be named, and one that leads nowhere too", async () => {
  const cwd = project({ "stack/docker-compose.yml": compose });
  const said = (files: readonly string[]) => loadFor(request(cwd, { files })).catch((error: unknown) => String(error));
  expect(await said(["stack"])).toContain("stack is a folder");
  symlinkSync("nowhere.yml", join(cwd, "dangling.yml"));
  expect(await said(["dangling.yml"])).toContain("dangling.yml is a link to nowhere.yml, which is not there");
});

test("lines of variables must be known, for messages about them", () => {
  const cwd = project({ ".env": "# keys\nGROQ_API_KEY=x\n" });
  expect(readEnvironment(request(cwd)).places).toEqual({ GROQ_API_KEY: { file: join(cwd, ".env"), line: 2 } });
});

test("the name must be --project-name, else COMPOSE_PROJECT_NAME, else the file's or the folder's", async () => {
  const cwd = project({ "dev/docker-compose.yml": `name: from-file\n${compose}` });
  expect((await loaded(cwd)).stack.name).toBe("from-file");
  const shell = { COMPOSE_PROJECT_NAME: "from-shell" };
  expect((await loaded(cwd, { shell })).stack.name).toBe("from-shell");
  expect((await loaded(cwd, { shell, projectName: "typed" })).stack.name).toBe("typed");
  expect((await loaded(cwd, { shell: { COMPOSE_PROJECT_NAME: "" } })).stack.name).toBe("from-file");
});

test("profiles must be those typed, else COMPOSE_PROFILES", async () => {
  const cwd = project();
  const names = async (changes: Partial<LoadRequest>) =>
    (await loaded(cwd, changes)).stack.services.map(({ name }) => name);
  expect(await names({})).toEqual(["web"]);
  expect(await names({ profiles: ["more"] })).toEqual(["web", "extra"]);
  expect(await names({ shell: { COMPOSE_PROFILES: " other, more " } })).toEqual(["web", "extra"]);
  expect(await names({ profiles: ["none"], shell: { COMPOSE_PROFILES: "more" } })).toEqual(["web"]);
});

test("a service with an empty profile must be on where none is set, and only there", async () => {
  const own = 'services: { web: { image: x }, odd: { image: y, profiles: ["", weaviate] } }\n';
  const cwd = project({ "dev/docker-compose.yml": own });
  const names = async (changes: Partial<LoadRequest>) =>
    (await loaded(cwd, changes)).stack.services.map(({ name }) => name);
  expect(await names({})).toEqual(["web", "odd"]);
  expect(await names({ profiles: ["more"] })).toEqual(["web"]);
  expect(await names({ shell: { COMPOSE_PROFILES: "more," } })).toEqual(["web", "odd"]);
});

test("several env files must be one, later ones over earlier ones and with what these set", async () => {
  const cwd = project({ "a.env": "TAG=1\nTOKEN=a\n", "b.env": "TAG=2\nTOKEN=$TOKEN-b\n" });
  const envFiles = ["a.env", "b.env"];
  const { stack } = await loaded(cwd, { envFiles });
  expect(stack.services[0]?.run.docker?.image).toBe("web:2");
  expect(stack.services[0]?.environment).toEqual({ TOKEN: "a-b" });
  expect(stack.environmentFiles).toEqual(envFiles.map((file) => join(cwd, file)));
  expect((await loaded(cwd, { shell: { COMPOSE_ENV_FILES: "a.env,b.env" } })).stack).toEqual(stack);
  expect(errorOf(() => readEnvironment(request(cwd, { envFiles: ["a.env", "no.env"] }))).message).toBe(
    "there is no no.env",
  );
});

test("COMPOSE_DISABLE_ENV_FILE must leave .env alone, and one that was asked for not", () => {
  const cwd = project({ ".env": "TAG=2\n" });
  const shell = { COMPOSE_DISABLE_ENV_FILE: "1" };
  expect(readEnvironment(request(cwd, { shell })).environmentFiles).toEqual([]);
  expect(readEnvironment(request(cwd, { shell, envFiles: [".env"] })).variables["TAG"]).toBe("2");
});

test("COMPOSE_FILE must count in .env as in the shell, and the shell's own before it", () => {
  const mine = "services: { mine: { image: x } }\n";
  const cwd = writeFiles(tempFolder(), { ".env": "COMPOSE_FILE=a.yml:b.yml\n", "a.yml": mine, "b.yml": mine });
  const files = (changes: Partial<LoadRequest> = {}) => readEnvironment(request(cwd, changes)).project.composeFiles;
  expect(files()).toEqual([join(cwd, "a.yml"), join(cwd, "b.yml")]);
  expect(files({ shell: { COMPOSE_FILE: "b.yml" } })).toEqual([join(cwd, "b.yml")]);
  expect(files({ files: ["b.yml"], shell: { COMPOSE_FILE: "a.yml" } })).toEqual([join(cwd, "b.yml")]);
});

test("a .env that this -f does not read must be told, with what reads it", async () => {
  const cwd = writeFiles(tempFolder(), { ".env": "TAG=2\n", "sub/c.yml": compose });
  const { stack, warnings } = await loaded(cwd, { files: ["sub/c.yml"] });
  expect(stack.services[0]?.run.docker?.image).toBe("web:1");
  expect(warnings).toEqual([".env is not read: with -f, Compose reads sub/.env; --env-file .env takes this one"]);
  const asked = await loaded(cwd, { files: ["sub/c.yml"], envFiles: [".env"] });
  expect([asked.stack.services[0]?.run.docker?.image, asked.warnings]).toEqual(["web:2", []]);
});

test("where the shipped stack comes, a Compose file of the folder's own must be named", () => {
  const told = (files: Readonly<Record<string, string>>): string | null => {
    const cwd = writeFiles(tempFolder(), files);
    return insteadOfOwn(cwd, readEnvironment(request(cwd)).project);
  };
  for (const name of ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"]) {
    expect(told({ [name]: compose })).toBe(`this is goat-dev's own stack: -f ${name} runs yours`);
  }
  expect(told({ "compose.yaml": compose, "dev/docker-compose.yml": compose })).toBeNull();
  expect(told({})).toBeNull();
});

test("warnings must have their places", async () => {
  const cwd = project({ "dev/docker-compose.yml": "services:\n  web:\n    image: x\n    annotations: {}\n" });
  expect((await loaded(cwd)).warnings).toEqual(['dev/docker-compose.yml:4:5 "annotations" is ignored']);
});

test("a folder without a stack must get a copy of the shipped one, under a name of its own", async () => {
  const cwd = tempFolder();
  const { stack } = await loaded(cwd);
  expect(stack.name).toMatch(/^goat-/);
  expect(stack.services.map(({ role }) => role)).toEqual(["database", "tracing", "gateway"]);
  expect(existsSync(join(cwd, ".goat-dev/stack/docker-compose.yml"))).toBe(true);
  expect(readFileSync(join(cwd, ".goat-dev/.gitignore"), "utf8")).toBe("*\n");
});

test("edits of the copy must be kept aside when another version comes, and be told", async () => {
  const cwd = tempFolder();
  await loaded(cwd);
  const file = ".goat-dev/stack/docker-compose.yml";
  writeFiles(cwd, { [file]: `${readFileSync(join(cwd, file), "utf8")}# mine\n` });
  const { warnings } = await loaded(cwd, { version: "2.0.0" });
  expect(warnings[0]).toContain("your edits are in");
  expect(readFileSync(join(cwd, file), "utf8")).not.toContain("# mine");
});
