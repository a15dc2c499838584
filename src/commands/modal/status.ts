import { GoatError } from "../../errors/goat-error.ts";
import { type Account, accountOf, apps, isDeployed } from "../../modal/account.ts";
import { webAddress } from "../../modal/address.ts";
import { envOption } from "../../modal/failures.ts";
import { recall, remember } from "../../modal/memory.ts";
import type { ModalApp } from "../../modal/rows.ts";
import { gatewayTarget, type Target } from "../../modal/targets.ts";
import { renderTable } from "../../platform/table.ts";
import type { Context, Run } from "../old-command.ts";
import { type Cloud, openCloud } from "./open.ts";

/** Nothing is woken up: Modal is asked, not the servers. */
export const status: Run = async (input, context) => {
  const cloud = openCloud(context, input);
  const found = await apps(cloud.cli);
  const rows: Row[] = [];
  const account = once(() => accountOf(cloud.cli));
  for (const target of cloud.targets) rows.push(await rowOf(target, found.get(target.app), cloud, account));
  await forgetGone(rows, cloud, context);
  const { environment } = cloud.cli;
  context.emit({ type: "result", data: { environment, apps: rows }, text: render(rows, environment) });
  const isUp = rows.some(({ app, state }) => app === gatewayTarget.app && state === "deployed");
  return isUp ? undefined : new GoatError("modal-not-deployed", "").exitCode;
};

/** What somebody else stopped has no address any more. */
const forgetGone = async (rows: readonly Row[], { cli, memory, state }: Cloud, context: Context): Promise<void> => {
  const { urls } = recall(memory, cli.environment);
  const gone = rows
    .filter(({ url, app }) => url === null && urls[app] !== undefined)
    .map(({ app }) => [app, undefined]);
  if (gone.length === 0) return;
  const warning = await remember(state, cli.environment, { urls: Object.fromEntries(gone) });
  if (warning !== null) context.emit({ type: "notice", level: "warning", text: warning });
};

interface Row {
  readonly name: string;
  readonly app: string;
  /** As Modal says it; `absent` where it was never deployed. */
  readonly state: string;
  readonly containers: number | null;
  readonly createdAt: string | null;
  readonly gpu: string | null;
  /** With /v1; null unless it is deployed. */
  readonly url: string | null;
}

/** Asked only where an address is not remembered, and then once for all. */
const once = (ask: () => Promise<Account>): (() => Promise<Account>) => {
  let asked: Promise<Account> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
};

const rowOf = async (
  target: Target,
  app: ModalApp | undefined,
  cloud: Cloud,
  account: () => Promise<Account>,
): Promise<Row> => {
  const isUp = app !== undefined && isDeployed(app);
  const known = recall(cloud.memory, cloud.cli.environment).urls[target.app];
  const url = isUp ? (known ?? webAddress({ ...(await account()), ...target })) : null;
  return {
    name: target.name,
    app: target.app,
    state: app?.state ?? "absent",
    containers: isUp ? app.containers : null,
    createdAt: isUp ? app.createdAt : null,
    gpu: target.gpu,
    url: url === null ? null : `${url}/v1`,
  };
};

const render = (rows: readonly Row[], environment: string): string => {
  const cells = rows.map(({ name, state, containers, createdAt, gpu, url }) => [
    name,
    state,
    containers === null ? "-" : String(containers),
    gpu ?? "-",
    createdAt ?? "-",
    url ?? `goat-dev modal deploy ${name}${envOption(environment)}`,
  ]);
  const running = rows.filter(({ containers }) => (containers ?? 0) > 0).map(({ name }) => name);
  const cost =
    running.length === 0 ? "No container runs: it costs nothing now." : `Costs money now: ${running.join(", ")}.`;
  return `${renderTable(["NAME", "STATE", "CONTAINERS", "GPU", "SINCE", "ADDRESS"], cells)}\n\n${cost}`;
};
