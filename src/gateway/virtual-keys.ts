import { readFailure } from "../litellm/failure.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../model/fields.ts";
import { type GatewayAccess, refusal } from "./access.ts";
import { askDatabase } from "./database-questions.ts";

/** What LiteLLM tells about a virtual key, which it issues to a program or a person; never the key itself. */
export interface VirtualKey {
  /** LiteLLM's hash of the key. */
  readonly id: string;
  readonly alias: string | null;
  /** The key's ending, as LiteLLM keeps it: sk-...DXsg */
  readonly ending: string | null;
  /** Models that the key may use; empty means all. */
  readonly models: readonly string[];
  /** US dollars. */
  readonly spentUsd: number;
  readonly maxUsd: number | null;
  /** The time after which the budget begins anew, such as 1d. */
  readonly budgetDuration: string | null;
  /** ISO times. */
  readonly budgetResetsAt: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly blocked: boolean;
}

export interface NewKey {
  readonly alias?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly maxUsd?: number | undefined;
  readonly budgetDuration?: string | undefined;
  /** How long it is good for: 7d. */
  readonly duration?: string | undefined;
  /** US dollars of the budget that count as spent from the start. */
  readonly spentUsd?: number | undefined;
}

export interface MadeKey {
  /** The key itself, which LiteLLM tells only when it makes it. */
  readonly key: string;
  readonly id: string;
}

const pageSize = 100;

/** Every key, the newest first; null where the gateway has no database. Throws gateway-refused. */
export async function listKeys(access: GatewayAccess, signal: AbortSignal): Promise<readonly VirtualKey[] | null> {
  const keys: VirtualKey[] = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const query = `return_full_object=true&size=${pageSize}&page=${page}&sort_by=created_at&sort_order=desc`;
    const body = await askDatabase(access, `/key/list?${query}`, signal);
    if (body === null) return null;
    keys.push(...listOf(body["keys"]).flatMap((key) => readKey(fieldsOf(key)) ?? []));
    pages = numberOf(body["total_pages"]) ?? 1;
  }
  return keys;
}

function readKey(said: Fields): VirtualKey | null {
  const id = textOf(said["token"]);
  if (id === null) return null;
  return {
    id,
    alias: textOf(said["key_alias"]),
    ending: textOf(said["key_name"]),
    models: listOf(said["models"]).filter((name) => typeof name === "string"),
    spentUsd: numberOf(said["spend"]) ?? 0,
    maxUsd: numberOf(said["max_budget"]),
    budgetDuration: textOf(said["budget_duration"]),
    budgetResetsAt: textOf(said["budget_reset_at"]),
    expiresAt: textOf(said["expires"]),
    createdAt: textOf(said["created_at"]),
    lastUsedAt: textOf(said["last_active"]),
    blocked: said["blocked"] === true,
  };
}

/** Null where the gateway has no database. Throws gateway-refused. */
export async function createKey(access: GatewayAccess, wanted: NewKey, signal: AbortSignal): Promise<MadeKey | null> {
  const { alias, models, maxUsd, budgetDuration, duration, spentUsd } = wanted;
  const body = await askDatabase(access, "/key/generate", signal, {
    key_alias: alias,
    models,
    max_budget: maxUsd,
    budget_duration: budgetDuration,
    duration,
    spend: spentUsd,
  });
  if (body === null) return null;
  const [key, id] = [textOf(body["key"]), textOf(body["token"]) ?? textOf(body["token_id"])];
  if (key !== null && id !== null) return { key, id };
  throw refusal(access, "POST /key/generate", readFailure(502, { message: "its answer holds no key" }));
}

export async function renameKey(access: GatewayAccess, id: string, alias: string, signal: AbortSignal): Promise<void> {
  await askDatabase(access, "/key/update", signal, { key: id, key_alias: alias });
}

export async function deleteKey(access: GatewayAccess, id: string, signal: AbortSignal): Promise<void> {
  await askDatabase(access, "/key/delete", signal, { keys: [id] });
}
