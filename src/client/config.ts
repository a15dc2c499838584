/** Variables by name, such as `process.env`. */
export type ClientEnvironment = Readonly<Record<string, string | undefined>>;

/** Where the gateway is; fits `new OpenAI(config)` as it is. */
export interface GatewayConfig {
  readonly baseURL: string;
  /** Null where no variable holds one: then nothing is sent, not even another key from the environment. */
  readonly apiKey: string | null;
}

const defaultBaseUrl = "http://127.0.0.1:4000/v1";

const keyVariables = ["EXECUTOR_LITELLM_KEY", "LITELLM_MASTER_KEY", "LITELLM_API_KEY"] as const;

/**
 * Reads where the gateway is and the key for it: EXECUTOR_LITELLM_KEY, else LITELLM_MASTER_KEY, else LITELLM_API_KEY; the address is
 * LITELLM_BASE_URL, else OPENAI_BASE_URL, else http://127.0.0.1:4000/v1. OPENAI_API_KEY comes last, and only with the OPENAI_BASE_URL
 * that it belongs to: OpenAI's own key is not for LiteLLM to see. A blank value counts as not set.
 */
export function gatewayConfig(env: ClientEnvironment): GatewayConfig {
  const read = (name: string): string | null => env[name]?.trim() || null;
  const own = read("LITELLM_BASE_URL");
  const shared = read("OPENAI_BASE_URL");
  const key = keyVariables.map(read).find((value) => value !== null) ?? null;
  const sharedKey = own === null && shared !== null ? read("OPENAI_API_KEY") : null;
  return { baseURL: (own ?? shared ?? defaultBaseUrl).replace(/\/+$/, ""), apiKey: key ?? sharedKey };
}
