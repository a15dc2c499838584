import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import { containerOf } from "../../stack/plan/containers.ts";
import { planImages } from "../../stack/plan/images.ts";
import { createPlanBuilder } from "../../stack/plan/steps.ts";
import { planStop } from "../../stack/plan/take-down.ts";
import { databaseService, type OpenDatabase } from "../../stack/run/database.ts";
import { type Rows, rowsText } from "../../stack/run/dump-rows.ts";
import { carryOut, takeDown } from "../../stack/run/execute.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { type BringUpOptions, bringUp, type UpReport } from "../bring-up.ts";
import { needDatabase } from "../database/snapshot.ts";
import { databaseVolumes } from "../delete-data.ts";
import type { OpenStack } from "../project.ts";

/** What an upgrade and the way back have in common: how services are stopped, and brought up again. */
export interface Carrying extends Omit<BringUpOptions, "names" | "restart" | "example"> {
  /** What ran before; empty means all. */
  readonly running: readonly string[];
}

export function runningIn({ services }: ObservedStack): readonly string[] {
  return [...new Set(services.filter(({ state, oneOff }) => state === "running" && !oneOff).map(({ name }) => name))];
}

export function hasData(open: OpenStack, observed: ObservedStack): boolean {
  const service = databaseService(open.stack);
  if (service === null) return false;
  return databaseVolumes(open, observed).length > 0 || containerOf(open.stack, service, observed) !== undefined;
}

/** Done first, while everything still runs, so that no service is stopped for images that cannot be had. */
export async function fetchImages(open: OpenStack): Promise<void> {
  const { stack } = open;
  const observed = await observeStack(stack, open);
  const builder = createPlanBuilder();
  planImages(builder, stack, observed, stack.services);
  if (builder.nodes.length === 0) return;
  const plan = { nodes: builder.nodes, drift: {}, orphans: [] };
  await carryOut({ stack, services: stack.services, observed, plan }, open.settings.timeoutMs, open);
}

/** Stops every running service but the database, so that nothing writes into it from here on. */
export async function holdOthers(open: OpenStack, observed: ObservedStack, command: string): Promise<void> {
  const database = databaseService(open.stack)?.name;
  const others = runningIn(observed).filter((name) => name !== database);
  await takeDown(open.stack, planStop(open.stack, observed, others, command), open);
}

/** Starts the database alone, as this stack defines it. */
export async function startDatabase(open: OpenStack, carrying: Carrying, app: App): Promise<OpenDatabase> {
  const name = databaseService(open.stack)?.name;
  if (name === undefined) throw new GoatError("internal", "a database is upgraded that is not there");
  await bringUp(open, { ...carrying, names: [name], restart: false, example: "never" }, app);
  return needDatabase(open, await observeStack(open.stack, open));
}

/** As `setVariables` takes them. */
export function linesOf(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

export function tellRows(rows: Rows, { emit }: App): void {
  emit({ type: "notice", level: "info", text: `every row is there: ${rowsText(rows)}` });
}

/** Brings up what ran before, until it is ready and proven. */
export function bringUpAgain(open: OpenStack, carrying: Carrying, app: App): Promise<UpReport> {
  const { running } = carrying;
  return bringUp(open, { ...carrying, names: running, restart: false, example: open.settings.example }, app);
}
