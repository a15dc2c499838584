import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type GatewayAccess, listModels, modelInfo, unreachable } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { disabledRoutes } from "../../gateway/edit/switch.ts";
import { compareModels } from "../../gateway/routes.ts";
import { type GatewayView, type ModelRow, modelRows } from "../../gateway/rows.ts";
import { deadline } from "../../platform/deadline.ts";
import { list, nearest } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { becauseOfStack } from "../programs/because.ts";
import { openModels } from "./open.ts";

/** A gateway that is up answers in a few milliseconds. */
const limitMs = 1_000;

export interface ModelsInput {
  readonly provider?: string | undefined;
  /** Only what can be asked now. */
  readonly usable: boolean;
  /** Only models on GPUs of one's own. */
  readonly local: boolean;
}

export interface ModelsReport {
  /** The config's path as messages name it. */
  readonly config: string;
  readonly demo: boolean;
  readonly gateway: {
    readonly url: string;
    readonly answers: boolean;
    /** Why it does not. */
    readonly why?: string;
  };
  readonly models: readonly ModelRow[];
  /** Served, but not in the config. */
  readonly unexpected: readonly string[];
}

interface Asked {
  readonly view: GatewayView | null;
  /** Why there is no view. */
  readonly error: GoatError | null;
}

/**
 * Lists every model of the config, with what the gateway says of it, where one runs.
 * Throws usage, gateway-config-invalid, gateway-key-invalid.
 */
export async function models(input: ModelsInput, app: App): Promise<ModelsReport> {
  const { gateway, access, local, session } = await openModels(app, "running");
  refuseKey(gateway.key, session.environment, app);
  const asked = askNow(access, app.signal);
  const { routes } = readGatewayConfig(local.text, local.path);
  const disabled = disabledRoutes(local);
  const { view, error: unasked } = await asked;
  const error = unasked === null ? null : describe(await becauseOfStack(unasked, session, app));
  const all = modelRows({ routes, disabled, variables: gateway.service.environment, view });
  refuseUnknown(input.provider, all);
  return {
    config: local.path,
    demo: session.demo !== null,
    gateway: { url: gateway.url, answers: view !== null, ...(error === null ? {} : { why: error.message }) },
    models: all.filter(wanted(input)),
    unexpected: view === null ? [] : compareModels(view.listed, routes).unexpected,
  };
}

async function askNow(access: GatewayAccess, signal: AbortSignal): Promise<Asked> {
  using limit = deadline(signal, limitMs);
  try {
    const [listed, infos] = await Promise.all([listModels(access, limit.signal), modelInfo(access, limit.signal)]);
    return { view: { listed, infos }, error: null };
  } catch (error) {
    signal.throwIfAborted();
    return {
      view: null,
      error: describe(limit.isOver() ? unreachable(access, `nothing within ${limitMs} ms`) : error),
    };
  }
}

function refuseUnknown(provider: string | undefined, rows: readonly ModelRow[]): void {
  const known = [...new Set(rows.map((row) => row.provider))];
  if (provider === undefined || known.includes(provider)) return;
  const near = nearest(provider, known);
  const command = near === undefined ? "goat-dev models" : `goat-dev models --provider ${near}`;
  throw new GoatError("usage", `no model has the provider ${provider}; there are ${list(known)}`, {
    fixes: [{ command, effect: near === undefined ? "shows all" : "perhaps this was meant" }],
  });
}

function wanted({ provider, usable, local }: ModelsInput) {
  return (row: ModelRow): boolean =>
    (provider === undefined || row.provider === provider) && (!usable || row.usable) && (!local || row.local);
}
