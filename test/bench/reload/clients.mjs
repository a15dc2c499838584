// Programs that call the gateway all the while, each with connections that it keeps.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { read, repository } from "../lab.mjs";

const here = join(repository, "test", "bench", "reload");
const kept = join(repository, "node_modules", ".cache", "goat-dev-bench");

/** The clients that this machine can run, and why the others are left out. */
export async function findClients(folder) {
  const makers = {
    Node: async () => [process.execPath, join(here, "client.mjs")],
    Python: python,
    Go: () => go(folder),
  };
  const found = await Promise.all(
    Object.entries(makers).map(async ([name, make]) =>
      make().then(
        (command) => ({ name, command }),
        (error) => ({ name, why: error.message.split("\n", 1)[0] }),
      ),
    ),
  );
  return { clients: found.filter(({ command }) => command), leftOut: found.filter(({ why }) => why) };
}

/** With the template's own packages; made once. */
async function python() {
  const command = join(kept, "python", "bin", "python");
  const requirements = join(repository, "templates", "python", "requirements.txt");
  if (
    await access(command).then(
      () => false,
      () => true,
    )
  )
    await read("python3", ["-m", "venv", join(kept, "python")]);
  await read(command, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  return [command, join(here, "client.py")];
}

async function go(folder) {
  const program = join(folder, "client-go");
  await read("go", ["build", "-o", program, join(here, "client.go")]);
  return [program];
}

/** Starts them; `calls` grows by each that ends, `stop` waits until none is under way. */
export function startClients(clients, plan) {
  const calls = [];
  const children = clients.map(({ name, command: [program, ...args] }) => {
    const child = spawn(program, [...args, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => calls.push({ client: name, ...JSON.parse(line) }));
    return { child, ended: once(child, "close") };
  });
  return {
    calls,
    stop: async () => {
      for (const { child } of children) child.kill("SIGTERM");
      await Promise.all(children.map(({ ended }) => ended));
    },
  };
}
