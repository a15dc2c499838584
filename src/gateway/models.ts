import { type ModelInfo, readModelInfo, readModelNames } from "../litellm/model-info.ts";
import { askGateway, type GatewayAccess, strange } from "./access.ts";

/** The names the gateway serves, from /v1/models. Throws gateway-refused. */
export async function listModels(access: GatewayAccess, signal: AbortSignal): Promise<readonly string[]> {
  return read(access, "/models", readModelNames, signal);
}

/** What the gateway knows of each route, from /model/info. Throws gateway-refused. */
export async function modelInfo(access: GatewayAccess, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  return read(access, "/model/info", readModelInfo, signal);
}

async function read<T>(
  access: GatewayAccess,
  path: string,
  take: (body: unknown) => T | null,
  signal: AbortSignal,
): Promise<T> {
  const body = await askGateway(access, path, signal);
  const value = take(body);
  if (value !== null) return value;
  const text = JSON.stringify(body);
  throw strange(access, path, { status: 200, headers: { "content-type": "application/json" }, text });
}
