import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished } from "vitest";

/** A shell in a real terminal, as a person has it: its keys, its job control, and what it shows. */
export interface Pane {
  /** What stands on the screen, and what scrolled off it where `whole`; without blank lines. */
  screen(options?: { readonly whole: boolean }): Promise<string>;
  /** Resolves with the screen once it matches. */
  until(pattern: RegExp): Promise<string>;
  /** tmux's names of keys, such as C-c; text that is none is typed. */
  keys(...keys: readonly string[]): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  isCursorShown(): Promise<boolean>;
  /** As somebody does who closes the window: whatever runs there gets a SIGHUP. */
  close(): Promise<void>;
}

export interface PaneOptions {
  /** Where its socket lies. */
  readonly folder: string;
  readonly cwd: string;
  /** All of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

export const openPane = async ({ folder, cwd, env, columns, rows }: PaneOptions): Promise<Pane> => {
  const socket = join(folder, "tmux.sock");
  const tmux = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)("tmux", ["-S", socket, "-f", "/dev/null", ...args], { cwd, env: { ...env } })).stdout;
  const size = ["-x", String(columns), "-y", String(rows)];
  await tmux("new-session", "-d", ...size, "PS1='$ ' bash --norc --noprofile -i");
  const close = async (): Promise<void> => void (await tmux("kill-server").catch(() => undefined));
  onTestFinished(close);
  const screen: Pane["screen"] = async ({ whole } = { whole: false }) => {
    const text = await tmux("capture-pane", "-p", "-J", ...(whole ? ["-S", "-"] : []));
    return text.replaceAll(/\n(?:[ \t]*\n)+/g, "\n").trim();
  };
  return {
    screen,
    until: async (pattern) => {
      // The very one that matched: the next may have gone on.
      let seen = "";
      const look = async (): Promise<string> => {
        seen = await screen();
        return seen;
      };
      await expect.poll(look, { timeout: 60_000, interval: 100 }).toMatch(pattern);
      return seen;
    },
    keys: async (...keys) => void (await tmux("send-keys", ...keys)),
    resize: async (width, height) => void (await tmux("resize-window", "-x", String(width), "-y", String(height))),
    isCursorShown: async () => (await tmux("display-message", "-p", "#{cursor_flag}")).trim() === "1",
    close,
  };
};
