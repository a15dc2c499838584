import { GoatError } from "../errors/goat-error.ts";
import { type GatewayAccess, listModels } from "../gateway/access.ts";
import { createKey, deleteKey, listKeys, type MadeKey, renameKey, type VirtualKey } from "../gateway/virtual-keys.ts";
import { quoteForSh } from "../platform/shell-quote.ts";
import { nearest } from "../platform/text.ts";
import { gatewayAccess } from "../stack/plan/endpoints.ts";
import type { App } from "./app.ts";
import { openGateway } from "./programs/gateway.ts";

export interface KeyInput {
  /**
   * Its alias, its ending as LiteLLM shows it (sk-...DXsg), or at least four characters from the beginning of its id.
   */
  readonly name: string;
}

export interface CreateKeyInput {
  readonly alias: string | undefined;
  /** Empty means all. */
  readonly models: readonly string[];
  /** As written: 5, or 5/1d for five dollars a day. */
  readonly budget: string | undefined;
  /** As written: 7d. */
  readonly expires: string | undefined;
}

export interface VirtualKeysReport {
  readonly keys: readonly VirtualKey[];
}

export interface VirtualKeyReport {
  readonly key: VirtualKey;
}

/** The key itself is told this once, and kept nowhere. */
export interface MadeKeyReport extends VirtualKeyReport {
  readonly secret: string;
  readonly baseUrl: string;
}

export interface RevokeKeyInput extends KeyInput {
  readonly yes: boolean;
}

const durationText = /^\d+(?:s|m|h|d|w|mo)$/;

/** Throws gateway-refused, and usage where the gateway has no database. */
export async function virtualKeys(_input: object, app: App): Promise<VirtualKeysReport> {
  return { keys: await knownKeys(await accessOf(app), app) };
}

export async function showKey({ name }: KeyInput, app: App): Promise<VirtualKeyReport> {
  const access = await accessOf(app);
  return { key: find(name, await knownKeys(access, app)) };
}

export async function makeKey({ alias, models, budget, expires }: CreateKeyInput, app: App): Promise<MadeKeyReport> {
  const access = await accessOf(app);
  const limits = { ...budgetOf(budget), duration: expiryOf(expires) };
  await refuseUnknown(models, access, app);
  const keys = await knownKeys(access, app);
  if (alias !== undefined && keys.some((key) => key.alias === alias)) {
    throw new GoatError("usage", `there is a key ${alias} already`, {
      fixes: [{ command: `goat-dev keys rotate ${quoteForSh(alias)}`, effect: "puts a new one in its place" }],
    });
  }
  const made = await createKey(access, { alias, models, ...limits }, app.signal);
  return report(made, access, app);
}

/** Makes a new key with what is left of the old one's limits, and deletes the old one. */
export async function rotateKey({ name, yes }: RevokeKeyInput, app: App): Promise<MadeKeyReport> {
  const access = await accessOf(app);
  const old = find(name, await knownKeys(access, app));
  await confirm(
    `Programs that use ${labelOf(old)} need the new one. Rotate it?`,
    `rotate ${quoteForSh(name)}`,
    yes,
    app,
  );
  const { alias, models, maxUsd, budgetDuration, spentUsd, expiresAt } = old;
  const retired = `${alias ?? "key"}-${old.id.slice(0, 8)}`;
  // An alias belongs to one key at a time.
  if (alias !== null) await renameKey(access, old.id, retired, app.signal);
  const wanted = {
    alias: alias ?? undefined,
    models,
    maxUsd: maxUsd ?? undefined,
    budgetDuration: budgetDuration ?? undefined,
    spentUsd,
    duration: expiresAt === null ? undefined : leftOf(expiresAt, app),
  };
  try {
    const made = await createKey(access, wanted, app.signal);
    const told = await report(made, access, app);
    await deleteKey(access, old.id, app.signal);
    return told;
  } catch (error) {
    if (alias !== null) await renameKey(access, old.id, alias, app.signal).catch(() => undefined);
    throw error;
  }
}

export async function revokeKey({ name, yes }: RevokeKeyInput, app: App): Promise<VirtualKeyReport> {
  const access = await accessOf(app);
  const key = find(name, await knownKeys(access, app));
  await confirm(
    `Programs that use ${labelOf(key)} are refused from then on. Revoke it?`,
    `revoke ${quoteForSh(name)}`,
    yes,
    app,
  );
  await deleteKey(access, key.id, app.signal);
  return { key };
}

async function accessOf(app: App): Promise<GatewayAccess> {
  const { gateway } = await openGateway(app);
  return gatewayAccess(gateway);
}

async function knownKeys(access: GatewayAccess, app: App): Promise<readonly VirtualKey[]> {
  const keys = await listKeys(access, app.signal);
  if (keys === null) throw withoutDatabase(access);
  return keys;
}

function withoutDatabase({ service }: GatewayAccess): GoatError {
  return new GoatError("usage", `${service} has no database, in which it would keep keys`, {
    service,
    fixes: [{ command: "goat-dev status", effect: "shows what it has" }],
  });
}

async function report(made: MadeKey | null, access: GatewayAccess, app: App): Promise<MadeKeyReport> {
  if (made === null) throw withoutDatabase(access);
  const key = find(made.id, await knownKeys(access, app));
  return { key, secret: made.key, baseUrl: access.baseUrl };
}

function find(name: string, keys: readonly VirtualKey[]): VirtualKey {
  const exact = keys.filter(({ alias, ending, id }) => [alias, ending, id].includes(name));
  const [found, other] = exact.length > 0 ? exact : keys.filter(({ id }) => name.length > 3 && id.startsWith(name));
  if (found !== undefined && other === undefined) return found;
  const near = nearest(
    name,
    keys.flatMap(({ alias }) => alias ?? []),
  );
  const message = found === undefined ? `there is no key ${name}` : `${name} is the beginning of several keys`;
  throw new GoatError("usage", near === undefined ? message : `${message}; did you mean ${near}?`, {
    fixes: [{ command: "goat-dev keys list", effect: "shows all" }],
  });
}

function labelOf({ alias, ending, id }: VirtualKey): string {
  return alias ?? ending ?? id.slice(0, 12);
}

async function confirm(question: string, command: string, yes: boolean, { ask }: App): Promise<void> {
  if (yes) return;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this has to be confirmed, and nobody is here to ask`, {
      evidence: [question],
      fixes: [{ command: `goat-dev keys ${command} --yes`, effect: "does it without asking" }],
    });
  }
  if (!(await ask.confirm(question, false))) throw new GoatError("interrupted", "nothing was changed");
}

function budgetOf(text: string | undefined): { readonly maxUsd?: number; readonly budgetDuration?: string } {
  if (text === undefined) return {};
  const [, dollars, span] = /^\$?(\d+(?:\.\d+)?)(?:\/(.+))?$/.exec(text.trim()) ?? [];
  if (dollars !== undefined && (span === undefined || durationText.test(span))) {
    return { maxUsd: Number(dollars), ...(span === undefined ? {} : { budgetDuration: span }) };
  }
  throw new GoatError("usage", `--budget is "${text}", and should be dollars such as 5, or 5/1d for five a day`);
}

function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined || durationText.test(text)) return text;
  throw new GoatError("usage", `--expires is "${text}", and should be like 12h, 7d or 1mo`);
}

function leftOf(expiresAt: string, app: App): string {
  const seconds = Math.round((Date.parse(expiresAt) - app.clock.date().getTime()) / 1_000);
  if (seconds > 0) return `${seconds}s`;
  throw new GoatError("usage", `this key has expired on ${expiresAt.slice(0, 10)}`, {
    fixes: [{ command: "goat-dev keys create", effect: "makes a new one" }],
  });
}

/**
 * Throws usage for a model that the gateway does not serve. LiteLLM would accept any name here, and then refuse every
 * call.
 */
async function refuseUnknown(models: readonly string[], access: GatewayAccess, app: App): Promise<void> {
  if (models.length === 0) return;
  const known = await listModels(access, app.signal);
  const wrong = models.find((model) => !known.includes(model));
  if (wrong === undefined) return;
  const near = nearest(wrong, known);
  throw new GoatError(
    "usage",
    `the gateway has no model ${wrong}${near === undefined ? "" : `; did you mean ${near}?`}`,
    {
      fixes: [{ command: "goat-dev models --usable", effect: "shows what it has" }],
    },
  );
}
