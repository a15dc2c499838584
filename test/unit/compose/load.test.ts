import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorOf, loadText } from "../../support/load-compose.ts";

const shipped = readFileSync(new URL("../../../dev/docker-compose.yml", import.meta.url), "utf8");

test("the shipped stack must load without a word", () => {
  const { stack, warnings, settings } = loadText(shipped);
  expect(warnings).toEqual([]);
  expect(settings).toEqual({});
  expect(stack.name).toBe("goat");
  expect(stack.services.map(({ name, role }) => [name, role])).toEqual([
    ["postgres", "database"],
    ["langfuse", "tracing"],
    ["litellm", "gateway"],
  ]);
  expect(stack.volumes.map(({ name }) => name)).toEqual(["goat_postgres-data"]);
  expect(stack.networks.map(({ name }) => name)).toEqual(["goat_default"]);
});

test("a key without a value must reach its service only where it is set", () => {
  const bare = loadText(shipped).stack.services[2]?.environment ?? {};
  expect(Object.keys(bare)).not.toContain("GROQ_API_KEY");
  const set = loadText(shipped, { variables: { GROQ_API_KEY: "gsk", OPENAI_API_KEY: "" } }).stack.services[2];
  expect(set?.environment).toMatchObject({ GROQ_API_KEY: "gsk", OPENAI_API_KEY: "" });
});

test.each([
  ["given", "from-file", "given"],
  [undefined, "from-file", "from-file"],
  [undefined, "From File", "fromfile"],
  [undefined, "${STAGE:-dev}-shop", "dev-shop"],
  [undefined, undefined, "dev"],
])("a project given %s with name: %s must be called %s", (projectName, name, expected) => {
  const text = `${name === undefined ? "" : `name: ${name}\n`}services: { a: { image: x } }`;
  expect(loadText(text, { projectName }).stack.name).toBe(expected);
});

test("a project's name that Compose would refuse must be refused as a usage mistake", () => {
  const error = errorOf(() => loadText("services: { a: { image: x } }", { projectName: "My Shop" }));
  expect(error.code).toBe("usage");
  expect(error.message).toBe(
    '"My Shop" cannot name a project: lower-case letters, digits, - and _, a letter or digit first',
  );
});

test("COMPOSE_PROJECT_NAME must be the project's name inside the file", () => {
  const { stack } = loadText("name: shop\nservices: { a: { image: 'x:${COMPOSE_PROJECT_NAME}' } }");
  expect(stack.services[0]?.run.docker?.image).toBe("x:shop");
});

test("a variable without a value must be warned about once, in its place", () => {
  const { warnings } = loadText("services:\n  a: { user: 'x${TAG}', image: a }\n  b: { user: '${TAG}', image: b }\n");
  expect(warnings).toEqual([
    {
      level: "warning",
      file: "dev/docker-compose.yml",
      line: 2,
      column: 14,
      message: "TAG is not set: an empty text is put in its place",
    },
  ]);
});

test("services of a profile must be there only when it is on", () => {
  const text = "services: { a: { image: x }, b: { image: y, profiles: [gpu, all] } }";
  const names = (profiles: readonly string[]) => loadText(text, { profiles }).stack.services.map(({ name }) => name);
  expect(names([])).toEqual(["a"]);
  expect(names(["all"])).toEqual(["a", "b"]);
  expect(names(["*"])).toEqual(["a", "b"]);
});

test("networks and volumes that no service uses must be left out, as up leaves them", () => {
  const { stack } = loadText(`
services: { a: { image: x, networks: [front] } }
networks: { front: { driver: bridge, internal: true }, back: {} }
volumes: { data: {} }
`);
  expect(stack.networks.map(({ name, internal }) => [name, internal])).toEqual([["dev_front", true]]);
  expect(stack.volumes).toEqual([]);
});

test("a folder that stands for a volume must be found from the Compose file's own", () => {
  const deviceOf = (options: string) =>
    loadText(`services: { a: { image: x, volumes: ["data:/d"] } }\nvolumes: { data: { ${options} } }`).stack.volumes[0]
      ?.driverOptions["device"];
  expect(deviceOf("driver: local, driver_opts: { type: none, o: bind, device: ./data }")).toBe("/shop/dev/data");
  // Compose leaves these as they are.
  expect(deviceOf("driver: local, driver_opts: { type: nfs, o: addr=host, device: ':/data' }")).toBe(":/data");
  expect(deviceOf("driver_opts: { type: none, o: bind, device: ./data }")).toBe("./data");
});

test("external networks and volumes must keep their own names", () => {
  const { stack } = loadText(`
services: { a: { image: x, networks: [shared, plain], volumes: ["kept:/k"] } }
networks: { shared: { external: true, name: company }, plain: { external: true } }
volumes: { kept: { external: true } }
`);
  expect(stack.networks.map(({ name, external }) => [name, external])).toEqual([
    ["company", true],
    ["plain", true],
  ]);
  expect(stack.volumes.map(({ name }) => name)).toEqual(["kept"]);
});

test("the top-level x-goat block must come back as plain settings", () => {
  const { settings } = loadText(
    "x-goat: { timeout: 90s, plain: true, retries: 3, of: [a, ~] }\nservices: { a: { image: x } }",
  );
  expect(settings).toEqual({ timeout: "90s", plain: true, retries: 3, of: ["a", null] });
});
