import { isAbsolute } from "node:path";
import type { LocalService } from "../../engine/processes/runtime.ts";
import type { PortSpec } from "../../model/stack.ts";

/** LiteLLM's own, where its command names none. */
const defaultPort = 4000;

interface Split {
  readonly rest: readonly string[];
  readonly port: number;
}

const program = /(?:^|\/)litellm$/;

const imageFolder = "/app";

/** The published port of what its command listens on; undefined where there is none. */
export function publishedPort(
  command: readonly string[],
  ports: readonly PortSpec[],
): (PortSpec & { readonly host: number }) | undefined {
  const { port } = split(command);
  const found = ports.find(({ container, protocol }) => protocol === "tcp" && container === port);
  return found?.host == null ? undefined : { ...found, host: found.host };
}

/** Takes out where it listens, in both of the forms that its command line reads. */
function split(command: readonly string[]): Split {
  const words = program.test(command[0] ?? "") ? command.slice(1) : command;
  const rest: string[] = [];
  let port = defaultPort;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const [, name, written] = /^--(host|port)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    const value = written ?? words[++index] ?? "";
    if (name === "port") port = Number(value) || defaultPort;
  }
  return { rest, port };
}

/** The service's own arguments, on this machine's address and port. */
export function argumentsOf({ command, ports, mounts }: LocalService): readonly string[] {
  const { rest, port } = split(command);
  const published = publishedPort(command, ports);
  const words = rest.map((word) => inImageFolder(word, mounts));
  return [...words, "--host", published?.hostIp || "127.0.0.1", "--port", String(published?.host ?? port)];
}

/** A path that the image's working folder completes, where a mounted file stands there. */
function inImageFolder(word: string, mounts: LocalService["mounts"]): string {
  if (word === "" || word.startsWith("-") || isAbsolute(word)) return word;
  const target = `${imageFolder}/${word.replace(/^\.\//, "")}`;
  return mounts.find((mount) => mount.target === target)?.path ?? word;
}
