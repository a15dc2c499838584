import type { ServerResponse } from "node:http";
import type { App } from "../app/app.ts";
import { openGateway } from "../app/programs/gateway.ts";
import { readRoutes } from "../app/routes.ts";
import { messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { refusal, unreachable } from "../gateway/access.ts";
import { readFailure } from "../litellm/failure.ts";
import { fieldsOf, textOf } from "../model/fields.ts";
import { pageHeaders } from "../pages/files.ts";
import { parseJson } from "../platform/json.ts";
import { gatewayAccess } from "../stack/plan/endpoints.ts";

/** Sends one request to the gateway with the project's key, and passes the answer on as it comes. */
export async function chat(body: unknown, response: ServerResponse, app: App): Promise<void> {
  const { session, gateway } = await openGateway(app);
  const asked = fieldsOf(body);
  const model = textOf(asked["model"]);
  if (model === null) throw new GoatError("usage", "no model is named");
  const access = gatewayAccess(gateway);
  const answer = await fetch(`${gateway.url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...asked, model: nameOf(model, readRoutes(session.stack)), stream: true }),
    redirect: "manual",
    signal: app.signal,
  }).catch((error: unknown) => {
    app.signal.throwIfAborted();
    const { cause } = Object(error) as { readonly cause?: unknown };
    throw unreachable(access, systemCode(cause ?? error) ?? messageOf(cause ?? error), error);
  });
  if (!answer.ok || answer.body === null) {
    throw refusal(access, "POST /chat/completions", readFailure(answer.status, parseJson(await answer.text())));
  }
  response.writeHead(200, { ...pageHeaders, "content-type": "text/event-stream", "cache-control": "no-store" });
  await passOn(answer.body, response, app);
}

/** The gateway's own name for a model, which a trace may name as its provider does. */
function nameOf(model: string, routes: readonly { readonly name: string; readonly upstream: string }[]): string {
  if (routes.some(({ name }) => name === model)) return model;
  return routes.find(({ upstream }) => upstream === model)?.name ?? model;
}

/** Passes on whole lines only, so that a secret is not cut in two before it is masked. */
async function passOn(body: ReadableStream<Uint8Array>, response: ServerResponse, app: App): Promise<void> {
  let rest = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const end = (rest + piece).lastIndexOf("\n") + 1;
    response.write(app.redact((rest + piece).slice(0, end)));
    rest = (rest + piece).slice(end);
  }
  response.end(app.redact(rest));
}
