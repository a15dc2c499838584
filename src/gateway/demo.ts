import type { Route } from "./routes.ts";
import { isRecord } from "./shape.ts";

const chatAnswer = "Hello from the demo: LiteLLM gave this answer from its own config, without a provider.";
const embeddingAnswer = [0.1, 0.2, 0.3];

/** A config's tree with LiteLLM's `mock_response` on every route that has none; the routes are those read from it, in order. */
export function withMocks(tree: unknown, routes: readonly Route[]): unknown {
  if (!isRecord(tree) || !Array.isArray(tree["model_list"])) return tree;
  const entries = tree["model_list"].map((entry: unknown, index) => {
    const parameters = isRecord(entry) ? entry["litellm_params"] : undefined;
    const route = routes[index];
    if (!isRecord(entry) || !isRecord(parameters) || route === undefined || route.mock) return entry;
    const answer = route.mode === "embedding" ? embeddingAnswer : chatAnswer;
    return { ...entry, litellm_params: { ...parameters, mock_response: answer } };
  });
  return { ...tree, model_list: entries };
}
