import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configText } from "../support/goat-files.ts";
import { openProject } from "../support/goat-project.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";

const bin = join(import.meta.dirname, "../../bin/goat-dev.js");

const isHere = (shell: string): boolean => spawnSync(shell, ["-c", "true"]).status === 0;

describe("the hidden command behind completion", () => {
  test("must name services and models from files alone, and ask no engine", async () => {
    const { goat } = await openProject({ unreachable: "no engine" });
    expect((await goat(["__complete", "restart", ":"])).out).toBe(
      "postgres\tdatabase\nlangfuse\ttracing\nlitellm\tgateway\n",
    );
    expect((await goat(["__complete", "models", "remove", ":l"])).out).toBe(
      "llama-3.3-70b\tgroq/llama-3.3-70b-versatile\n",
    );
  });

  test("must write nothing, also where the stack is the shipped one", async () => {
    const { goat, home } = await openProject();
    const folder = tempFolder();
    const { out } = await goat(["__complete", "models", "enable", ":qwen3-4b"], { cwd: folder });
    expect(out).toBe("qwen3-4b-local\topenai/Qwen/Qwen3-4B-Instruct-2507\n");
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(home).sort()).toEqual([".docker", "node"]);
  });

  test("must stay silent about a mistake in a file: the command itself will tell it", async () => {
    const { goat, write } = await openProject();
    write("dev/docker-compose.yml", "services: [");
    const { exitCode, out, err } = await goat(["__complete", "up", ":"]);
    expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: "", err: "" });
  });
});

/** In the project of its files, with goat-dev on PATH as npm puts it there. */
const inShell = (shell: string, args: readonly string[], script: string): string => {
  const folder = writeFiles(tempFolder(), {
    "dev/docker-compose.yml":
      "services:\n  litellm:\n    x-goat: { role: gateway }\n    image: x\n    command: [--config, /c.yaml]\n    ports: ['4000:4000']\n    volumes: ['./litellm-config.yaml:/c.yaml']\n  other: { image: x }\n",
    "dev/litellm-config.yaml": `${configText}  - model_name: "qwen3:8b"\n    litellm_params: { model: groq/qwen3 }\n`,
    "path/.keep": "",
    "cassettes/first.jsonl": "",
  });
  symlinkSync(bin, join(folder, "path/goat-dev"));
  return execFileSync(shell, [...args, script], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${join(folder, "path")}:${process.env["PATH"]}`,
      HOME: folder,
      XDG_CACHE_HOME: join(folder, "cache"),
      TERM: "dumb",
      LC_ALL: "C.UTF-8",
    },
  });
};

const typed: readonly (readonly [string, string])[] = [
  ["goat-dev stat", "goat-dev status"],
  ["goat-dev restart li", "goat-dev restart litellm"],
  ["goat-dev ask --model lla", "goat-dev ask --model llama-3.3-70b"],
  ["goat-dev ask --model=lla", "goat-dev ask --model=llama-3.3-70b"],
  ["goat-dev models remove qwen3:", "goat-dev models remove qwen3:8b"],
  ["goat-dev replay cassettes/fi", "goat-dev replay cassettes/first.jsonl"],
];

/** Bash calls the function with the line broken as readline breaks it, and puts its one answer in the last piece's place. */
const bashScript = `source <(goat-dev completion bash)
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
complete_line() {
  local last
  read -r -a COMP_WORDS <<<"$(sed -E 's/([:=])/ \\1 /g' <<<"$1")"
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _goat_dev
  last=\${COMP_WORDS[COMP_CWORD]}
  [[ $last == [:=] ]] && last=""
  printf '%s|%s\\n' "\${1%"$last"}" "\${COMPREPLY[*]}" | tr -d '|'
}
`;

/** A real zsh on a terminal of its own: the keys, Tab, and what then stands on the line. */
const zshScript = `zmodload zsh/zpty
complete_line() {
  local seen
  zpty shell zsh -f -i
  zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source <(goat-dev completion zsh); print -r -- rea""dy'
  zpty -r shell seen '*ready*'
  zpty -w -n shell "$1"$'\\t'
  zpty -r shell seen "*$2*"
  print -r -- "$2"
  zpty -d shell
}
`;

const quoted = (text: string): string => `'${text}'`;

const shells: Readonly<Record<string, () => string>> = {
  bash: () => inShell("bash", ["-c"], bashScript + typed.map(([line]) => `complete_line ${quoted(line)}`).join("\n")),
  zsh: () =>
    inShell(
      "zsh",
      ["-f", "-c"],
      zshScript + typed.map(([line, whole]) => `complete_line ${quoted(line)} ${quoted(whole)}`).join("\n"),
    ),
  fish: () =>
    inShell(
      "fish",
      ["-c"],
      `source (goat-dev completion fish | psub)\n${typed
        .map(([line]) => {
          const before = line.slice(0, line.lastIndexOf(" ") + 1);
          return `echo -n ${quoted(before)}; complete -C ${quoted(line)} | string split -f1 \\t`;
        })
        .join("\n")}\ntrue`,
    ),
};

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

describe.each(Object.keys(shells).filter((shell) => isRequired || isHere(shell)))("in a real %s", (shell) => {
  test("the script must complete commands, services, models with odd names, options' values and files", () => {
    const lines = (shells[shell]?.() ?? "").trimEnd().split("\n");
    expect(lines).toEqual(typed.map(([, whole]) => whole));
  });
});

test("a shell that is not known must be told, the nearest named", async () => {
  const { goat } = await openProject();
  const { exitCode, err } = await goat(["completion", "fisch"]);
  expect(exitCode).toBe(2);
  expect(err).toContain("goat-dev completion fish");
});
