// .env and the keys in it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { key } from "../lab.mjs";

const goodKey = (lab) => lab.setEnv({ GROQ_API_KEY: key });

/** A key that cannot be one; mended by putting the real one in its place. */
const badKey = (name, value, says) => ({
  kind: ".env",
  name,
  code: "provider-key-invalid",
  says,
  inject: (lab) => lab.setEnv({ GROQ_API_KEY: value }),
  // Asked for on a terminal; here it is piped in.
  input: key,
  typed: (command) => `${command} --stdin`,
});

/** Of a provider that is not the only one: `up` warns and goes on. */
const badBase = (name, value, says) => ({
  kind: ".env",
  name,
  code: "azure-base-invalid",
  says,
  only: "doctor",
  inject: (lab) => lab.setEnv({ AZURE_API_KEY: "0123456789abcdef0123456789abcdef", AZURE_API_BASE: value }),
  input: "https://x.openai.azure.com",
  typed: (command) => `${command} --stdin`,
});

/** .env as other bytes; mended by writing it anew. */
const badFile = (name, write, says, code = "env-file-invalid") => ({
  kind: ".env",
  name,
  code,
  says,
  inject: (lab) => {
    const text = readFileSync(lab.path(".env"), "utf8");
    write(lab.path(".env"), text);
  },
  byHand: (lab) => {
    rmSync(lab.path(".env"), { recursive: true, force: true });
    lab.restore();
  },
});

export const envRows = [
  badKey("smart quotes around a key", `“${key}”`, /curly quotes/),
  badKey("a comment in a key's place", " # put key here", /comment/),
  badKey("Anthropic's key as Groq's", `sk-ant-api03-${key.slice(4)}`, /Anthropic/),
  badKey("OpenAI's key as Groq's", `sk-proj-${key.slice(4)}`, /OpenAI/),
  badKey("your-key-here", "your-key-here", /placeholder/),
  badKey("sk-xxx", "sk-xxxxxxxxxxxx", /placeholder/),
  badKey("<key>", "<key>", /placeholder/),
  badKey("changeme", "changeme", /placeholder/),
  badKey("a reference to a vault", "op://vault/item/field", /1Password/),
  badKey("an Azure base as a key", "https://x.openai.azure.com", /address/),
  badFile(
    "UTF-16",
    (path, text) => writeFileSync(path, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")])),
    /UTF-16/,
  ),
  badFile("UTF-16 without a mark", (path, text) => writeFileSync(path, Buffer.from(text, "utf16le")), /UTF-16/),
  badFile("line ends of CR alone", (path, text) => writeFileSync(path, text.replaceAll("\n", "\r")), /CR/),
  badFile("a NUL byte", (path, text) => writeFileSync(path, `${text}A=b\0c\n`), /NUL/),
  badFile(
    "a pipe that nobody writes to",
    (path) => {
      rmSync(path);
      execFileSync("mkfifo", [path]);
    },
    /pipe/,
  ),
  badFile(
    "a link that leads nowhere",
    (path) => {
      rmSync(path);
      symlinkSync("/nowhere/.env", path);
    },
    /link/,
  ),
  badFile(
    "a link that leads in a circle",
    (path) => {
      rmSync(path);
      symlinkSync(path, path);
    },
    /circle/,
  ),
  badFile("a line that is none", (path, text) => writeFileSync(path, `${text}\nthis is no line\n`), /:\d+/),
  badFile(
    "a folder",
    (path) => {
      rmSync(path);
      mkdirSync(path);
    },
    /folder/,
    "no-provider-key",
  ),
  {
    kind: ".env",
    name: "a misspelt name",
    code: "no-provider-key",
    says: /GROQ_APIKEY.*GROQ_API_KEY/,
    inject: (lab) => lab.edit(".env", (text) => text.replace("GROQ_API_KEY=", "GROQ_APIKEY=")),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: ".env",
    name: "a name in small letters",
    code: "no-provider-key",
    says: /groq_api_key.*GROQ_API_KEY/,
    inject: (lab) => lab.edit(".env", (text) => text.replace("GROQ_API_KEY=", "groq_api_key=")),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: ".env",
    name: "a second, empty line",
    code: "no-provider-key",
    says: /set again to nothing/,
    inject: (lab) => lab.edit(".env", (text) => `${text}\nGROQ_API_KEY=\n`),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: ".env",
    name: "an empty variable of the shell that wins",
    code: "no-provider-key",
    says: /shell/,
    env: { GROQ_API_KEY: "" },
    inject: () => undefined,
  },
  {
    kind: ".env",
    name: "no key at all",
    code: "no-provider-key",
    inject: (lab) => lab.setEnv({ GROQ_API_KEY: "" }),
    byHand: goodKey,
  },
  {
    kind: ".env",
    name: "a placeholder in the shell that wins",
    code: "provider-key-invalid",
    says: /shell/,
    env: { GROQ_API_KEY: "your-key-here" },
    inject: () => undefined,
  },
  badBase("Azure's base without https", "x.openai.azure.com", /https/),
  badBase("Azure's base with a path", "https://x.openai.azure.com/openai/deployments/y", /path/),
  badBase("Azure's base with its version", "https://x.openai.azure.com?api-version=2024-06-01", /api-version/),
  {
    kind: "key",
    name: "a master key without sk-",
    code: "gateway-key-invalid",
    says: /sk-/,
    inject: (lab) => lab.setEnv({ LITELLM_MASTER_KEY: "devkey-0123456789" }),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "key",
    name: "a master key in curly quotes",
    code: "gateway-key-invalid",
    says: /curly quotes/,
    inject: (lab) => lab.setEnv({ LITELLM_MASTER_KEY: "“sk-dev-key”" }),
    byHand: (lab) => lab.restore(),
  },
  {
    kind: "key",
    name: "a master key with an accent",
    code: "gateway-key-invalid",
    says: /outside ASCII/,
    inject: (lab) => lab.setEnv({ LITELLM_MASTER_KEY: "sk-clé" }),
    byHand: (lab) => lab.restore(),
  },
];
