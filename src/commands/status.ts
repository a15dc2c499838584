import { GoatError } from "../errors/goat-error.ts";
import { formatAge, formatBytes } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list } from "../platform/text.ts";
import { madeByCompose } from "../stack/drift.ts";
import { observeStack } from "../stack/observe.ts";
import { readStatus, type ServiceStatus } from "../stack/status.ts";
import type { Context, Run } from "./command.ts";
import { folderOf, ownerOf, ownerText } from "./own-stack.ts";
import { openSession, openWorld } from "./session.ts";

export const status: Run = async (input, context) => {
  const read = await openSession(context, input);
  const { world, session } = await openWorld(context, read);
  const observed = await observeStack(session.stack, world);
  const services = await readStatus(session.stack, world, { observed, ready: [] });
  const owner = ownerOf(session, observed, world, context);
  const { kind, version, endpoint } = world.info;
  context.emit({
    type: "result",
    data: {
      stack: session.stack.name,
      engine: { kind, version, endpoint },
      demo: session.demo !== null,
      owner: owner === null ? null : folderOf(owner),
      services,
    },
    text: [
      renderStatus(services, context),
      ...(session.demo === null ? [] : [demoText]),
      ...(owner === null ? [] : [`${ownerText(session, owner)}: goat-dev up says what can be done`]),
    ].join("\n\n"),
  });
  const waiting = services.filter((service) => service.state !== "ready").map((service) => service.name);
  if (waiting.length === 0) return undefined;
  return new GoatError("stack-not-ready", `${list(waiting)} not ready`).exitCode;
};

const demoText = "This is a demo: every model gives a made-up answer. Leave it: goat-dev up, with a key in .env";

const renderStatus = (services: readonly ServiceStatus[], context: Context): string => {
  const now = context.clock.date().getTime();
  const rows = services.map((service) => [
    service.name,
    service.state,
    service.port === null ? "" : String(service.port),
    service.since === null || service.state === "absent" ? "" : formatAge(now - Date.parse(service.since)),
    service.memoryBytes === null ? "" : formatBytes(service.memoryBytes),
    configOf(service),
  ]);
  return renderTable(["SERVICE", "STATE", "PORT", "SINCE", "MEMORY", "CONFIG"], rows);
};

const changedText = (drift: readonly string[]): string =>
  drift.includes(madeByCompose)
    ? `${madeByCompose}: goat-dev up takes it over`
    : `${list(drift)} changed after it started: goat-dev up`;

const configOf = ({ state, drift, why, name, standIn, database }: ServiceStatus): string => {
  if (state === "absent") return "not there: goat-dev up";
  if (state === "created") return `${why ?? "never started"}: goat-dev up`;
  const drifted = drift.length > 0 ? changedText(drift) : "as configured";
  // It may well answer where the file no longer looks for it.
  if (drift.length > 0 && (state === "starting" || state === "unready")) return drifted;
  if (state === "ready") {
    if (standIn !== null) return `${drifted} (${standIn} in Langfuse's place)`;
    return database === false ? `${drifted} (without a database: budgets are not enforced)` : drifted;
  }
  return `${why ?? state}: ${state === "starting" ? "goat-dev up waits for it" : `goat-dev logs ${name}`}`;
};
