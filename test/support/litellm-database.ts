import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

type Fields = Readonly<Record<string, unknown>>;

const metrics = (spend: number, requests: number, failed: number, tokens: number) => ({
  spend,
  prompt_tokens: tokens,
  completion_tokens: 0,
  total_tokens: tokens,
  successful_requests: requests - failed,
  failed_requests: failed,
  api_requests: requests,
});

const group = (parts: Readonly<Record<string, ReturnType<typeof metrics>>>) =>
  Object.fromEntries(Object.entries(parts).map(([name, found]) => [name, { metrics: found, metadata: {} }]));

const master = "litellm_proxy_master_key";

/** Two days as LiteLLM 1.103.7 tells them. */
const days = [
  {
    date: "2026-11-22",
    metrics: metrics(0.5, 10, 1, 1_000),
    breakdown: {
      model_groups: group({ "gpt-5-mini": metrics(0.5, 10, 1, 1_000) }),
      api_keys: group({ [master]: metrics(0.5, 10, 1, 1_000) }),
      entities: group({ "User-Agent: curl": metrics(0.5, 10, 1, 1_000), docs: metrics(0.1, 2, 0, 200) }),
    },
  },
  {
    date: "2026-11-23",
    metrics: metrics(1.5, 4, 0, 400),
    breakdown: {
      model_groups: group({ "gpt-5-mini": metrics(0.5, 1, 0, 100), "llama-3.3-70b": metrics(1, 3, 0, 300) }),
      api_keys: {
        ...group({ [master]: metrics(0.5, 1, 0, 100) }),
        ["a".repeat(64)]: { metrics: metrics(1, 3, 0, 300), metadata: { key_alias: "ci" } },
      },
      entities: group({ docs: metrics(1, 3, 0, 300) }),
    },
  },
];

const budget = { spend: 2, max_budget: 25, budget_duration: "1mo", budget_reset_at: "2026-12-01T00:00:00Z" };

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<Fields> => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return JSON.parse(text) as Fields;
};

/** What LiteLLM answers from its database: keys, spend, the budget. `refuse` makes every new key fail. */
export const createLitellmDatabase = () => {
  const keys = new Map<string, Fields>();
  let made = 0;
  const self = {
    keys,
    refuse: false,
    answer: ((request, response) => void route(request, response)) as RequestListener,
  };
  const generate = (wanted: Fields): Fields => {
    made += 1;
    const token = `${made}`.repeat(64);
    const key = { ...wanted, token, key_name: `sk-...end${made}`, spend: wanted["spend"] ?? 0, blocked: null };
    keys.set(token, {
      ...key,
      created_at: "2026-11-23T09:00:00Z",
      expires: wanted["duration"] ? "2026-11-30T09:00:00Z" : null,
    });
    return { ...key, key: `sk-whole-${made}` };
  };
  const change = ({ key, ...changed }: Fields): Fields => {
    keys.set(String(key), { ...keys.get(String(key)), ...changed });
    return {};
  };
  const remove = ({ keys: gone }: Fields): Fields => {
    for (const key of gone as readonly string[]) keys.delete(key);
    return {};
  };
  const activity = () => ({ results: days, metadata: { page: 1, total_pages: 1 } });
  const routes: Readonly<Record<string, (body: Fields) => unknown>> = {
    "/health/liveliness": () => "I'm alive!",
    "/health/readiness": () => "I'm alive!",
    "/v1/models": () => ({ data: [{ id: "gpt-5-mini" }, { id: "llama-3.3-70b" }] }),
    "/v1/model/info": () => ({ data: [] }),
    "/user/daily/activity": activity,
    "/tag/daily/activity": activity,
    "/customer/daily/activity": activity,
    "/user/info": () => ({ user_id: "litellm-proxy-budget", user_info: budget }),
    "/key/list": () => ({ keys: [...keys.values()].reverse(), total_count: keys.size, total_pages: 1 }),
    "/key/generate": generate,
    "/key/update": change,
    "/key/delete": remove,
  };
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ""] = (request.url ?? "").split("?");
    const answer = routes[path];
    const isFull = self.refuse && path === "/key/generate";
    if (isFull) sendJson(response, 500, { error: { message: "disk full", type: "internal", code: "500" } });
    else if (answer === undefined) sendJson(response, 404, { detail: "Not Found" });
    else sendJson(response, 200, answer(request.method === "POST" ? await bodyOf(request) : {}));
  };
  return self;
};
