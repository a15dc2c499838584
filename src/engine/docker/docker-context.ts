import { createHash } from "node:crypto";
import { posix } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { type Choice, type TlsMaterial, undo } from "./endpoint.ts";

/** Reads a text file; null where there is none. */
export type ReadFile = (path: string) => Promise<string | null>;

export interface DockerContext {
  readonly host: string;
  readonly tls: TlsMaterial | null;
}

const parsed = (text: string | null): unknown => {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
};

const field = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;

/** The name Docker's config file says is in use; null for none, and for "default", which names no engine. */
export const currentContext = async (configDir: string, readFile: ReadFile): Promise<string | null> => {
  const name = field(parsed(await readFile(posix.join(configDir, "config.json"))), "currentContext");
  return typeof name === "string" && name !== "" && name !== "default" ? name : null;
};

/** TLS files as Docker names them; null where the folder has none. */
export const readTls = async (folder: string, verify: boolean, readFile: ReadFile): Promise<TlsMaterial | null> => {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readFile(posix.join(folder, name))),
  );
  if (!ca && !cert && !key) return null;
  return { ca: ca ?? null, cert: cert ?? null, key: key ?? null, verify };
};

/** Where a named context points. Throws engine-context-unknown. */
export const readContext = async (
  configDir: string,
  name: string,
  choice: Choice,
  readFile: ReadFile,
): Promise<DockerContext> => {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = parsed(await readFile(posix.join(configDir, "contexts", "meta", id, "meta.json")));
  const endpoint = field(field(meta, "Endpoints"), "docker");
  const host = field(endpoint, "Host");
  if (typeof host !== "string" || host === "") {
    throw new GoatError("engine-context-unknown", `there is no Docker context ${name} (named by ${choice})`, {
      fixes: [{ command: "docker context ls", effect: "lists the contexts there are" }, undo(choice)],
    });
  }
  const verify = field(endpoint, "SkipTLSVerify") !== true;
  return { host, tls: await readTls(posix.join(configDir, "contexts", "tls", id, "docker"), verify, readFile) };
};
