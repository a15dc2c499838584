import { dirname, resolve } from "node:path";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { includesOf } from "../gateway/config.ts";
import { formatDuration } from "../platform/format.ts";
import { type Save, savesOf } from "../platform/saves.ts";
import { list } from "../platform/text.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import type { Serving } from "../stack/engine-context.ts";
import { containerOf } from "../stack/plan/containers.ts";
import { gatewayOf } from "../stack/plan/endpoints.ts";
import { observeStack } from "../stack/run/observe.ts";
import { nameOf } from "../stack/run/served.ts";
import type { App } from "./app.ts";
import { bringUp, type UpReport } from "./bring-up.ts";
import { lockStack } from "./lock-stack.ts";
import { openProject, openStack } from "./project.ts";

export interface WatchReport {
  readonly ok: true;
  /** How many times the gateway began to serve what was saved. */
  readonly reloads: number;
  /** An interrupt ended it: watching has no other end but an error. */
  readonly interrupted: boolean;
}

/**
 * Makes the running gateway serve its config, the files that this includes and .env as they are now, and again each
 * time one of them is saved, until the signal fires.
 */
export async function watch(app: App): Promise<WatchReport> {
  const { clock, signal } = app;
  const serving = new Map<string, Serving>();
  let [reloads, told] = [0, ""];
  for (;;) {
    const { files, names } = await watchedFiles(app);
    for await (const save of savesOf(files, { clock, signal })) {
      if (told !== list(names)) tell(app, `watching ${list(names)}; Ctrl-C ends it`);
      told = list(names);
      if (await takeOver(app, save, serving)) reloads += 1;
      // Another config may include other files.
      if ((await watchedFiles(app).catch(() => null))?.files.join() !== files.join()) break;
    }
    if (signal.aborted) return { ok: true, reloads, interrupted: true };
  }
}

interface Watched {
  readonly files: readonly string[];
  /** As a user would name them. */
  readonly names: readonly string[];
}

/** The files to watch. In a demo the user's own config is watched, from which the demo's is made. */
async function watchedFiles(app: App): Promise<Watched> {
  const { stack, environment } = await openProject(quiet(app), { demo: false });
  const gateway = gatewayOf(stack);
  const config = gateway?.config ?? null;
  if (gateway === null || config === null) {
    throw new GoatError("usage", "there is nothing to watch: no gateway of this stack mounts a config", {
      fixes: [{ command: "goat-dev config", effect: "shows what the gateway mounts" }],
    });
  }
  const configs = withIncludes(config.source);
  const files = [...configs, ...environment.environmentFiles.map((file) => resolve(app.cwd, file))];
  return { files, names: files.map((file) => nameOf(gateway.service, file)) };
}

/** A config and the files that it includes, at any depth; their paths are relative to the file that includes them. */
function withIncludes(file: string, seen: readonly string[] = []): readonly string[] {
  if (seen.includes(file)) return seen;
  const included = includesOf(readTextIfThere(file) ?? "").map((name) => resolve(dirname(file), name));
  return included.reduce<readonly string[]>((found, name) => withIncludes(name, found), [...seen, file]);
}

/**
 * Loads what was saved; true where the gateway then serves something else. A mistake is told, and the former config
 * stays.
 */
async function takeOver(app: App, save: Save, serving: Map<string, Serving>): Promise<boolean> {
  const { clock, signal } = app;
  const begin = clock.now();
  try {
    const inner = quiet(app);
    const opened = await openStack(inner, await openProject(inner, { example: "never" }));
    const open = { ...opened, serving };
    await using _lock = await lockStack(open, "watch", inner);
    const gateway = gatewayOf(open.stack)?.service;
    const seen = await observeStack(open.stack, open);
    if (gateway === undefined || containerOf(open.stack, gateway, seen)?.state !== "running") {
      tell(app, `${gateway?.name ?? "the gateway"} does not run: goat-dev up starts it with what is saved`);
      return false;
    }
    const own = { command: "watch", takeOver: false, yes: false };
    const options = { ...own, names: [gateway.name], restart: false, example: "never", begin, seen } as const;
    const report = await bringUp(open, options, inner);
    if (report.nothingToDo) return false;
    tell(app, reloadText(gateway.name, report));
    return true;
  } catch (error) {
    serving.clear();
    // The files were saved again meanwhile: the next round reports on that.
    if (signal.aborted || (await save.isOver())) return false;
    const { message, evidence } = describe(error);
    tell(app, [message, ...evidence.slice(0, 5)].join("\n  "), "warning");
    return false;
  }
}

function reloadText(service: string, { durationMs, modelChanges }: UpReport): string {
  const changes = modelChanges.length === 0 ? "" : `: ${modelChanges.join(", ")}`;
  return `${service} serves what was saved, after ${formatDuration(durationMs)}${changes}`;
}

/** Without progress and questions: watching tells one line for each save. */
function quiet(app: App): App {
  return { ...app, emit: () => undefined, ask: null };
}

function tell({ emit, clock }: App, text: string, level: "info" | "warning" = "info"): void {
  const time = clock.date().toTimeString().slice(0, 8);
  emit({ type: "notice", level, text: `${time} ${text}` });
}
