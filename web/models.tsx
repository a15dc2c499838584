import { useState } from "preact/hooks";
import type { ModelsReport } from "../src/app/models/list.ts";
import { countText, formatMoney } from "./format.ts";
import { Trouble } from "./parts.tsx";
import { Replay } from "./replay.tsx";
import { type TracePage, useAnswer } from "./server.ts";

type Model = ModelsReport["models"][number];

export function Models() {
  const { value: report, error, reload } = useAnswer<ModelsReport>("/api/models");
  const { value: failed } = useAnswer<TracePage>("/api/traces?failed=true");
  const lastError = ({ name, upstream }: Model) =>
    failed?.rows.find(({ models }) => models.includes(name) || models.includes(upstream));
  const all = report?.models ?? [];
  const [inUse, outOfUse] = [
    all.filter(({ commentedOut }) => !commentedOut),
    all.filter(({ commentedOut }) => commentedOut),
  ];
  return (
    <div class="view">
      {error === null ? null : <Trouble error={error} retry={reload} />}
      {report === null && error === null ? (
        <p class="hint" role="status">
          Loading…
        </p>
      ) : null}
      {report?.gateway.why === undefined ? null : <p class="remark">From the config alone: {report.gateway.why}</p>}
      {report?.demo === true ? (
        <p class="remark">This is a demo: every model answers from the config, without a provider.</p>
      ) : null}
      <Cards models={inUse} lastError={lastError} />
      {outOfUse.length === 0 ? null : (
        <details class="out-of-use">
          <summary>
            {countText(outOfUse.length)} commented out in {report?.config}
          </summary>
          <Cards models={outOfUse} lastError={lastError} />
        </details>
      )}
      {report !== null && report.models.length === 0 ? <p class="empty">No model is in {report.config}.</p> : null}
    </div>
  );
}

function Cards(props: {
  readonly models: readonly Model[];
  readonly lastError: (model: Model) => TracePage["rows"][number] | undefined;
}) {
  const [tried, setTried] = useState<string | null>(null);
  return (
    <ul class="cards">
      {props.models.map((model) => (
        <li key={`${model.name} ${model.line}`} class="card">
          <ModelHead model={model} />
          <LastError row={props.lastError(model)} />
          {model.commentedOut ? null : (
            <div class="actions">
              <button
                type="button"
                disabled={!model.usable}
                aria-expanded={tried === model.name}
                onClick={() => setTried(tried === model.name ? null : model.name)}
              >
                Try it<span class="sr"> {model.name}</span>
              </button>
            </div>
          )}
          {tried === model.name ? <Try model={model.name} /> : null}
        </li>
      ))}
    </ul>
  );
}

function ModelHead({ model }: { readonly model: Model }) {
  const price = (dollars: number | null): string => (dollars === null ? "?" : formatMoney(dollars));
  const state = model.usable ? "good" : model.commentedOut ? "" : "warn";
  return (
    <>
      <h2>
        <span class={`dot ${state}`} role="img" aria-label={model.usable ? "usable" : "not usable"} /> {model.name}
      </h2>
      <p class="dim">
        {model.upstream}
        {model.keyPresent === null
          ? null
          : ` · ${model.keyVariables.join(", ")} ${model.keyPresent ? "set" : "not set"}`}
      </p>
      <p class="dim">
        {price(model.inputPerMillionUsd)} in, {price(model.outputPerMillionUsd)} out for a million tokens
        {model.contextTokens === null ? null : ` · reads ${countText(model.contextTokens)}`}
      </p>
      {model.obstacle === null ? null : <p class="obstacle">{model.obstacle}</p>}
    </>
  );
}

function LastError({ row }: { readonly row: TracePage["rows"][number] | undefined }) {
  if (row === undefined) return null;
  return (
    <p class="last-error">
      Last error: <a href={`#/calls/${encodeURIComponent(row.id)}`}>{(row.error ?? "failed").slice(0, 160)}</a>
    </p>
  );
}

function Try({ model }: { readonly model: string }) {
  const [prompt, setPrompt] = useState("");
  const [asked, setAsked] = useState<{ readonly prompt: string; readonly count: number } | null>(null);
  const send = (event: Event): void => {
    event.preventDefault();
    if (prompt.trim() !== "") setAsked({ prompt, count: (asked?.count ?? 0) + 1 });
  };
  return (
    <form class="try" onSubmit={send}>
      <textarea
        aria-label={`What to ask ${model}`}
        placeholder="What to ask; Ctrl+Enter sends it"
        rows={3}
        value={prompt}
        onInput={(event) => setPrompt(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && send(event)}
      />
      <button type="submit" class="first" disabled={prompt.trim() === ""}>
        Ask
      </button>
      {asked === null ? null : (
        <Replay
          key={asked.count}
          request={async () => ({ model, messages: [{ role: "user", content: asked.prompt }] })}
        />
      )}
    </form>
  );
}
