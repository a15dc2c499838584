import { useEffect, useState } from "preact/hooks";
import { formatDuration } from "./format.ts";
import { Trouble } from "./parts.tsx";
import { Conversation } from "./said.tsx";
import { Refused, refusalOf } from "./server.ts";

interface Answer {
  readonly text: string;
  readonly calls: readonly { readonly id: string | null; readonly name: string; readonly arguments: string }[];
  readonly tookMs: number | null;
  readonly error: Refused | null;
}

const empty: Answer = { text: "", calls: [], tookMs: null, error: null };

/** Asks the gateway once, and shows its answer as it comes. */
export function Replay({ request }: { readonly request: () => Promise<Readonly<Record<string, unknown>>> }) {
  const [answer, setAnswer] = useState(empty);
  useEffect(() => {
    const left = new AbortController();
    void streamed(request, left.signal, setAnswer);
    return () => left.abort();
  }, []);
  const parts = [
    ...(answer.text === "" ? [] : [{ kind: "text", text: answer.text } as const]),
    ...answer.calls.map((call) => ({ kind: "tool-call", ...call }) as const),
  ];
  return (
    <div class="replay" aria-busy={answer.tookMs === null && answer.error === null}>
      {parts.length === 0 ? null : <Conversation messages={[{ role: "assistant", parts }]} label="Answer of now" />}
      {answer.error === null ? null : <Trouble error={answer.error} />}
      <p class="hint" role="status">
        {answer.error !== null
          ? ""
          : answer.tookMs === null
            ? "Asking…"
            : `Answered in ${formatDuration(answer.tookMs)}; it is a call of its own in the list.`}
      </p>
    </div>
  );
}

async function streamed(
  request: () => Promise<Readonly<Record<string, unknown>>>,
  signal: AbortSignal,
  show: (answer: Answer) => void,
): Promise<void> {
  const begin = performance.now();
  let answer = empty;
  try {
    for await (const chunk of chunksOf(await request(), signal)) {
      answer = added(answer, chunk);
      show(answer);
    }
    show({ ...answer, tookMs: performance.now() - begin });
  } catch (error) {
    if (!signal.aborted) show({ ...answer, error: error instanceof Refused ? error : new Refused(String(error)) });
  }
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly tool_calls?: readonly Piece[] };
  }[];
  readonly error?: { readonly message?: string };
}

interface Piece {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

function added(answer: Answer, { choices, error }: Chunk): Answer {
  if (error !== undefined) throw new Refused(error.message ?? "the gateway ended its answer");
  const delta = choices?.[0]?.delta;
  const calls = [...answer.calls];
  for (const { index = 0, id, function: said } of delta?.tool_calls ?? []) {
    const old = calls[index] ?? { id: null, name: "", arguments: "" };
    calls[index] = {
      id: id ?? old.id,
      name: old.name + (said?.name ?? ""),
      arguments: old.arguments + (said?.arguments ?? ""),
    };
  }
  return { ...answer, text: answer.text + (delta?.content ?? ""), calls };
}

/** The gateway's stream, event by event. */
async function* chunksOf(request: object, signal: AbortSignal): AsyncGenerator<Chunk> {
  const answer = await fetch("/api/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
    signal,
  });
  if (!answer.ok || answer.body === null) throw refusalOf(await answer.json().catch(() => null), answer.status);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) {
      const data = /^data: ?(\{.*)$/.exec(line)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Chunk;
    }
    if (done) return;
  }
}
