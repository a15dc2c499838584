import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CallDetail } from "./call-detail.tsx";
import { readFilter } from "./filter.ts";
import { countText, formatDuration, formatMoney, timeText } from "./format.ts";
import { useNewTraces, useReady } from "./live.ts";
import { Trouble } from "./parts.tsx";
import { type Cursor, type TracePage, type TraceRow, useAnswer } from "./server.ts";

/** So many rows of the live list are kept. */
const liveLimit = 200;

export function Calls({ id }: { readonly id: string | null }) {
  const [line, setLine] = useState("");
  const [isFailedOnly, setFailedOnly] = useState(false);
  const [trail, setTrail] = useState<readonly Cursor[]>([]);
  const { query, fits } = useMemo(() => readFilter(line, isFailedOnly), [line, isFailedOnly]);
  const cursor = trail.at(-1);
  const path = pathOf(query, cursor);
  const { value: page, error, isLoading, reload } = useAnswer<TracePage>(path);
  const [fresh, setFresh] = useState<readonly TraceRow[]>([]);
  useEffect(() => setTrail([]), [line, isFailedOnly]);
  useReady(reload);
  useNewTraces((rows) => setFresh((old) => merged(rows.toReversed(), old)));

  const isNewest = cursor === undefined;
  const listed = new Set(page?.rows.map((row) => row.id));
  const added = isNewest && query.size === 0 ? fresh.filter((row) => !listed.has(row.id)).length : 0;
  const rows = (isNewest ? merged(fresh, page?.rows ?? []) : (page?.rows ?? [])).filter(fits);
  return (
    <div class={`calls ${id === null ? "" : "has-detail"}`}>
      <section class="list" aria-label="Calls">
        <Filter line={line} setLine={setLine} isFailedOnly={isFailedOnly} setFailedOnly={setFailedOnly} />
        {error === null ? null : <Trouble error={error} retry={reload} />}
        {page !== null && rows.length === 0 ? (
          <Empty isFiltered={line !== "" || isFailedOnly} />
        ) : (
          <Rows rows={rows} id={id} />
        )}
        {page === null && isLoading ? (
          <p class="hint" role="status">
            Loading…
          </p>
        ) : null}
        <nav class="pager" aria-label="Pages">
          {isNewest ? null : (
            <button type="button" onClick={() => setTrail(trail.slice(0, -1))}>
              Newer
            </button>
          )}
          {page?.next ? (
            <button type="button" onClick={() => setTrail([...trail, page.next as Cursor])}>
              Older
            </button>
          ) : null}
          {page === null ? null : <span class="dim">{countText(page.total + added)} traces</span>}
        </nav>
      </section>
      {id === null ? null : <CallDetail id={id} />}
    </div>
  );
}

function pathOf(query: URLSearchParams, cursor: Cursor | undefined): string {
  const all = new URLSearchParams(query);
  if (cursor !== undefined) {
    all.set("page", String(cursor.page));
    if (cursor.before !== null) all.set("before", cursor.before);
  }
  return `/api/traces?${all}`;
}

/** The newer ones first; a trace that has got another call stands once. */
function merged(newer: readonly TraceRow[], older: readonly TraceRow[]): readonly TraceRow[] {
  const ids = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !ids.has(id))].slice(0, liveLimit);
}

function Filter(props: {
  readonly line: string;
  readonly setLine: (line: string) => void;
  readonly isFailedOnly: boolean;
  readonly setFailedOnly: (isFailedOnly: boolean) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement)
        return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <search class="filter">
      <input
        ref={field}
        type="search"
        aria-label="Filter calls"
        placeholder="Filter: words, model: tag: user: session: slower:2s cost:0.01"
        value={props.line}
        onInput={(event) => props.setLine(event.currentTarget.value)}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={props.isFailedOnly}
          onChange={(event) => props.setFailedOnly(event.currentTarget.checked)}
        />
        Failed
      </label>
    </search>
  );
}

function Rows({ rows, id }: { readonly rows: readonly TraceRow[]; readonly id: string | null }) {
  return (
    <>
      <div class="row head" aria-hidden="true">
        <span>Time</span>
        <span>Model</span>
        <span>Asked</span>
        <span class="number">Tokens</span>
        <span class="number">Cost</span>
        <span class="number">Took</span>
      </div>
      <ul class="rows" onKeyDown={moveFocus}>
        {rows.map((row) => (
          <li key={row.id}>
            <Row row={row} isOpen={row.id === id} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ row, isOpen }: { readonly row: TraceRow; readonly isOpen: boolean }) {
  const [model = "?", ...others] = row.models;
  return (
    <a class={`row ${row.failed ? "failed" : ""}`} href={`#/calls/${encodeURIComponent(row.id)}`} aria-current={isOpen}>
      <time dateTime={row.at}>{timeText(row.at)}</time>
      <span class="model">
        {model}
        {others.length === 0 ? null : <span class="dim"> +{others.length}</span>}
      </span>
      <span class="words">
        {row.name === null ? null : <span class="name">{row.name}</span>}
        {row.words === "" ? <span class="dim">(no words)</span> : row.words}
        {row.failed ? (
          <span class="error">
            <span class="sr">failed: </span>
            {shortError(row.error)}
          </span>
        ) : null}
      </span>
      <span class="number tokens">
        {row.totalTokens === null ? "–" : countText(row.totalTokens)}
        <span class="sr"> tokens</span>
      </span>
      <span class="number cost">{row.costUsd === null ? "–" : formatMoney(row.costUsd)}</span>
      <span class="number took">{row.latencyMs === null ? "–" : formatDuration(row.latencyMs)}</span>
    </a>
  );
}

/** Without what LiteLLM puts before a provider's own words; the call itself shows all of it. */
function shortError(error: string | null): string {
  return (error ?? "failed").replace(/^litellm\.\w+: (?:\w+: )?(?:\w+Exception - )?/, "");
}

/** Up and down go through the rows, as j and k do. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const links = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("a.row")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  links[at + step]?.focus();
}

function Empty({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered) return <p class="empty">No call fits this filter.</p>;
  return (
    <div class="empty">
      <p>No calls yet. They appear here as they happen.</p>
      <p>
        Make one: <kbd>goat-dev ask "Why do goats climb?"</kbd>
      </p>
    </div>
  );
}
