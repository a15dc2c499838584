import { refuseKey } from "../../app/gateway-key.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type GatewayAccess, unreachable } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { disabledRoutes } from "../../gateway/edit/switch.ts";
import { listModels, modelInfo } from "../../gateway/models.ts";
import { compareModels } from "../../gateway/routes.ts";
import { type GatewayView, type ModelRow, modelRows } from "../../gateway/rows.ts";
import { deadline } from "../../platform/deadline.ts";
import { formatMoney } from "../../platform/format.ts";
import { renderTable } from "../../platform/table.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import type { Input, Run } from "../old-command.ts";
import { openModels } from "./open.ts";

/** A gateway that is up answers in a few milliseconds. */
const limitMs = 1_000;

export const models: Run = async (input, context) => {
  const { gateway, access, local, session } = await openModels(context, input, "running");
  refuseKey(gateway.key, session.environment, context);
  const asked = askNow(access, context.signal);
  const { routes } = readGatewayConfig(local.text, local.path);
  const disabled = disabledRoutes(local);
  const { view, error } = await asked;
  const all = modelRows({ routes, disabled, variables: gateway.service.environment, view });
  refuseUnknown(input.text("provider"), all);
  const rows = all.filter(wanted(input));
  const unexpected = view === null ? [] : compareModels(view.listed, routes).unexpected;
  const data = {
    config: local.path,
    demo: session.demo !== null,
    gateway: { url: gateway.url, answers: view !== null, ...(error === null ? {} : { why: error.message }) },
    models: rows,
    unexpected,
  };
  context.emit({
    type: "result",
    data,
    text: [renderRows(rows, view), ...remarks(error, unexpected, local.path, session.demo !== null)].join("\n"),
  });
  return undefined;
};

interface Asked {
  readonly view: GatewayView | null;
  /** Why there is no view. */
  readonly error: GoatError | null;
}

const askNow = async (access: GatewayAccess, signal: AbortSignal): Promise<Asked> => {
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
};

const refuseUnknown = (provider: string | undefined, rows: readonly ModelRow[]): void => {
  const known = [...new Set(rows.map((row) => row.provider))];
  if (provider === undefined || known.includes(provider)) return;
  const near = nearest(provider, known);
  const command = near === undefined ? "goat-dev models" : `goat-dev models --provider ${near}`;
  throw new GoatError("usage", `no model has the provider ${provider}; there are ${list(known)}`, {
    fixes: [{ command, effect: near === undefined ? "shows all" : "perhaps this was meant" }],
  });
};

const wanted =
  (input: Input) =>
  (row: ModelRow): boolean => {
    const provider = input.text("provider");
    return (
      (provider === undefined || row.provider === provider) &&
      (!input.flag("usable") || row.usable) &&
      (!input.flag("local") || row.local)
    );
  };

const headings = ["NAME", "PROVIDER", "UPSTREAM", "KEY", "SERVED", "CONTEXT", "$/M IN", "$/M OUT", ""];

const renderRows = (rows: readonly ModelRow[], view: GatewayView | null): string => {
  if (rows.length === 0) return "No model.";
  const cells = rows.map((row) => [
    row.name,
    row.provider,
    row.upstream,
    row.keyPresent === null ? "-" : row.keyPresent ? "set" : "not set",
    view === null ? "?" : row.served === true ? "yes" : "no",
    row.contextTokens === null ? "?" : String(row.contextTokens),
    money(row.inputPerMillionUsd),
    money(row.outputPerMillionUsd),
    row.obstacle ?? "usable",
  ]);
  return renderTable(headings, cells);
};

const money = (dollars: number | null): string => (dollars === null ? "?" : formatMoney(dollars));

const remarks = (
  error: GoatError | null,
  unexpected: readonly string[],
  path: string,
  isDemo: boolean,
): readonly string[] => {
  const lines: string[] = [];
  if (isDemo) lines.push("This is a demo: every model answers from the config, without a provider.");
  if (error !== null)
    lines.push(`From ${path} alone: ${error.message}. Prices and contexts are the gateway's to tell.`);
  if (unexpected.length > 0) {
    lines.push(`Served, but not in ${path}: ${list(unexpected)} (${plural(unexpected.length, "model")}).`);
  }
  return lines.length === 0 ? [] : ["", ...lines];
};
