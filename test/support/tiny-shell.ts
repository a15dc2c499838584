/** The few shell words that contract tests use, so that engines without processes can run the same scripts. */
export interface ShellIo {
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  print(stream: "stdout" | "stderr", line: string): void;
  read(path: string): string | null;
  write(path: string, text: string): void;
}

/** `onTerm` is the exit code after SIGTERM; null where it is ignored. */
export type ShellEnd =
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "stay"; readonly onTerm: number | null };

const expand = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$(\w+)/g, (_, name: string) => env[name] ?? "");

const echo = (rest: string, io: ShellIo): number => {
  const [, text = "", target] = /^(.*?)\s*(?:>\s*(\S+))?$/.exec(rest) ?? [];
  const words = expand(text, io.env).replace(/^(["'])(.*)\1$/, "$2");
  if (target === undefined) io.print("stdout", words);
  else if (target === "&2") io.print("stderr", words);
  else io.write(target, `${words}\n`);
  return 0;
};

const cat = (path: string, io: ShellIo): number => {
  const text = path === "" ? (io.stdin ?? "") : io.read(path);
  if (text === null) io.print("stderr", `cat: ${path}: No such file or directory`);
  else for (const line of text.replace(/\n$/, "").split("\n")) io.print("stdout", line);
  return text === null ? 1 : 0;
};

const runShell = (script: string, io: ShellIo): ShellEnd => {
  let onTerm: number | null = null;
  let code = 0;
  for (const statement of script.split(/\s*(?:;|\n)\s*/)) {
    const [word = "", rest = ""] = statement.split(/ (.*)/s);
    if (word === "exit") return { kind: "exit", code: Number(rest) };
    if (word === "trap") onTerm = rest.startsWith("''") ? null : Number(/exit (\d+)/.exec(rest)?.[1]);
    else if (word === "sleep" || statement.startsWith("exec sleep")) return { kind: "stay", onTerm };
    else if (word === "echo") code = echo(rest, io);
    else if (word === "cat") code = cat(rest, io);
    else {
      io.print("stderr", `${word}: not found`);
      code = 127;
    }
  }
  return { kind: "exit", code };
};

/** A command as tests give it: ["sh", "-c", script]; anything else is not found. */
export const runCommand = (command: readonly string[], io: ShellIo): ShellEnd => {
  const [shell, flag, script] = command;
  if (shell === "sh" && flag === "-c" && script !== undefined) return runShell(script, io);
  io.print("stderr", `exec: "${shell}": executable file not found in $PATH`);
  return { kind: "exit", code: 127 };
};
