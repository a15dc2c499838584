import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { AboutContext } from "./about.ts";
import { countText, formatDuration, formatMoney, timeText } from "./format.ts";
import { useNewTraces } from "./live.ts";
import { CopyButton, Trouble } from "./parts.tsx";
import { Replay } from "./replay.tsx";
import { Code, Conversation } from "./said.tsx";
import { ask, type ShownTrace, useAnswer } from "./server.ts";

type Generation = ShownTrace["generations"][number];

export function CallDetail({ id }: { readonly id: string }) {
  const { value: trace, error, isLoading, reload } = useAnswer<ShownTrace>(`/api/traces/${encodeURIComponent(id)}`);
  useNewTraces((rows) => rows.some((row) => row.id === id) && reload());
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [trace?.id]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") location.hash = "#/calls";
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <section class="detail" aria-label="Call">
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {trace === null ? id : (trace.name ?? (trace.words || trace.id))}
        </h2>
        <a class="close" href="#/calls" aria-label="Close" title="Close (Esc)">
          ×
        </a>
      </header>
      {error === null ? null : <Trouble error={error} retry={reload} />}
      {trace === null && isLoading ? (
        <p class="hint" role="status">
          Loading…
        </p>
      ) : null}
      {trace === null ? null : <Facts trace={trace} />}
      {trace?.generations.map((generation) => (
        <Call key={generation.id} generation={generation} traceId={id} />
      ))}
      {trace?.generations.length === 0 ? <p class="empty">No call of a model is in this trace.</p> : null}
    </section>
  );
}

function Facts({ trace }: { readonly trace: ShownTrace }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ["At", timeText(trace.at)],
    ["Took", trace.latencyMs === null ? null : formatDuration(trace.latencyMs)],
    ["Cost", trace.costUsd === null ? null : formatMoney(trace.costUsd)],
    ["Tokens", trace.totalTokens === null ? null : countText(trace.totalTokens)],
    ["User", trace.userId],
    ["Session", trace.sessionId],
    ["Tags", trace.tags.length === 0 ? null : trace.tags.join(", ")],
    ["Trace", trace.id],
  ];
  return (
    <dl class="facts">
      {facts.map(([label, text]) =>
        text === null ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Call({ generation, traceId }: { readonly generation: Generation; readonly traceId: string }) {
  const { messages, answer, tools, parameters, error } = generation;
  return (
    <article class="call">
      <CallHead generation={generation} />
      {Object.keys(parameters).length === 0 ? null : (
        <p class="parameters">
          {Object.entries(parameters).map(([name, value]) => (
            <span key={name}>
              <span class="dim">{name}</span> {value}
            </span>
          ))}
        </p>
      )}
      {tools.length === 0 ? null : (
        <details class="tools">
          <summary>Tools: {tools.map(({ name }) => name).join(", ")}</summary>
          {tools.map(({ name, description, parameters: schema }) => (
            <div key={name} class="tool">
              <div class="tool-name">{name}</div>
              {description === null ? null : <p class="text">{description}</p>}
              {schema === null ? null : <Code text={schema} />}
            </div>
          ))}
        </details>
      )}
      <Conversation messages={[...messages, ...answer]} label="Conversation" />
      {error === null ? null : (
        <div class="refused">
          <h4>Error</h4>
          <Code text={error} />
        </div>
      )}
      <Actions generation={generation} traceId={traceId} />
    </article>
  );
}

function CallHead({ generation }: { readonly generation: Generation }) {
  const { model, upstream, failed, latencyMs, firstTokenMs, promptTokens, completionTokens, costUsd, cached, key } =
    generation;
  const facts = [
    latencyMs === null ? null : formatDuration(latencyMs),
    firstTokenMs === null ? null : `first token ${formatDuration(firstTokenMs)}`,
    promptTokens === null ? null : `${countText(promptTokens)} in`,
    completionTokens === null ? null : `${countText(completionTokens)} out`,
    costUsd === null ? null : formatMoney(costUsd),
    cached ? "from the cache" : null,
    key === null ? null : `key ${key}`,
  ].filter((fact) => fact !== null);
  return (
    <header class="call-head">
      <span class={`dot ${failed ? "bad" : "good"}`} role="img" aria-label={failed ? "failed" : "answered"} />
      <h3>{model ?? "?"}</h3>
      {upstream === null || upstream === model ? null : <span class="dim">{upstream}</span>}
      <span class="call-facts">{facts.join(" · ")}</span>
    </header>
  );
}

interface Raw {
  readonly input: unknown;
  readonly output: unknown;
}

function Actions({ generation, traceId }: { readonly generation: Generation; readonly traceId: string }) {
  const canAsk = useContext(AboutContext)?.views.includes("models") === true;
  const [shown, setShown] = useState<"raw" | "replay" | null>(null);
  const path = `/api/traces/${encodeURIComponent(traceId)}/raw?generation=${encodeURIComponent(generation.id)}`;
  const { value: raw, error } = useAnswer<Raw>(shown === "raw" ? path : null);
  const request = async (): Promise<Readonly<Record<string, unknown>>> =>
    requestOf(generation, (await ask<Raw>(path)).input);
  const toggle = (what: "raw" | "replay"): void => setShown(shown === what ? null : what);
  return (
    <>
      <div class="actions">
        <CopyButton text={async () => curlOf(await request())}>Copy as curl</CopyButton>
        {canAsk ? (
          <button type="button" aria-expanded={shown === "replay"} onClick={() => toggle("replay")}>
            Replay
          </button>
        ) : null}
        <button type="button" aria-expanded={shown === "raw"} onClick={() => toggle("raw")}>
          Raw
        </button>
      </div>
      {error === null ? null : <Trouble error={error} />}
      {shown !== "raw" || raw === null ? null : (
        <div class="raw">
          <h4>Request</h4>
          <Code text={JSON.stringify(raw.input, null, 2)} />
          <h4>Answer</h4>
          <Code text={JSON.stringify(raw.output, null, 2)} />
        </div>
      )}
      {shown === "replay" ? <Replay request={request} /> : null}
    </>
  );
}

const numeric = /^-?\d+(?:\.\d+)?$/;

/** What asks the gateway the same again: the model's name, what was said, and the parameters as they were sent. */
function requestOf({ model, parameters }: Generation, input: unknown): Readonly<Record<string, unknown>> {
  const { messages, tools } = (input ?? {}) as { readonly messages?: unknown; readonly tools?: unknown };
  const given = Object.entries(parameters).map(([name, value]) => [name, numeric.test(value) ? Number(value) : value]);
  return {
    model,
    messages: messages ?? input,
    ...(tools === undefined ? {} : { tools }),
    ...Object.fromEntries(given),
  };
}

/** The key stays where it is: in the shell, after eval "$(goat-dev env)". */
function curlOf(request: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify(request, null, 2).replaceAll("'", `'\\''`);
  return [
    'eval "$(goat-dev env)"',
    'curl "$OPENAI_BASE_URL/chat/completions" \\',
    '  -H "Authorization: Bearer $OPENAI_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${body}'`,
  ].join("\n");
}
