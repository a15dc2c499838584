import { run } from "./process.ts";

interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** Shows an address in the user's browser; false where there is none, as in a shell over ssh. */
export async function openInBrowser(url: string, machine: Machine, signal: AbortSignal): Promise<boolean> {
  const command = openerOf(machine);
  if (command === null) return false;
  const [file, ...args] = command;
  const env = Object.fromEntries(
    Object.entries(machine.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const { exitCode } = await run(file, [...args, url], { env, signal });
  return exitCode === 0;
}

/** What opens an address: BROWSER where it is set, else what the platform has. */
function openerOf({ env, platform }: Machine): readonly [string, ...string[]] | null {
  const chosen = env["BROWSER"];
  if (chosen) return [chosen];
  if (platform === "darwin") return isOverSsh(env) ? null : ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  if (env["WSL_DISTRO_NAME"]) return ["wslview"];
  return env["DISPLAY"] || env["WAYLAND_DISPLAY"] ? ["xdg-open"] : null;
}

function isOverSsh(env: Machine["env"]): boolean {
  return Boolean(env["SSH_CONNECTION"] || env["SSH_TTY"]);
}
