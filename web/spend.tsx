import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { SpendReport } from "../src/app/spend.ts";
import { countText, formatDuration, formatMoney, timeText } from "./format.ts";
import { Trouble } from "./parts.tsx";
import { type TracePage, type TraceRow, useAnswer } from "./server.ts";

const spans = [7, 30, 90] as const;
const groups = ["model", "key", "tag", "user"] as const;
/** So many models have a colour of their own. */
const colors = ["--c1", "--c2", "--c3", "--c4", "--c5"] as const;
const top = 5;

export function Spend() {
  const [days, setDays] = useState<number>(30);
  const [by, setBy] = useState<string>("model");
  const { value: spent, error, reload } = useAnswer<SpendReport>(`/api/spend?days=${days}`);
  const { value: grouped } = useAnswer<SpendReport>(by === "model" ? null : `/api/spend?days=${days}&by=${by}`);
  const { value: recent } = useAnswer<TracePage>("/api/traces");
  const rows = (by === "model" ? spent : grouped)?.rows ?? [];
  return (
    <div class="view">
      <div class="bar">
        <Choice
          label="Time"
          options={spans.map((span) => [String(span), `${span} days`])}
          value={String(days)}
          choose={(value) => setDays(Number(value))}
        />
        {spent === null ? null : (
          <span class="dim">
            {spent.source === "litellm"
              ? "as LiteLLM counted, by days in UTC"
              : "from the traces: the gateway has no database"}
          </span>
        )}
      </div>
      {error === null ? null : <Trouble error={error} retry={reload} />}
      {spent === null ? null : (
        <>
          <Figures report={spent} />
          <Chart report={spent} days={days} />
        </>
      )}
      <section class="block" aria-label="Who spent it">
        <Choice label="By" options={groups.map((group) => [group, `by ${group}`])} value={by} choose={setBy} />
        <Shares rows={rows} isThere={spent !== null} />
      </section>
      <div class="columns">
        <Top
          title="Most expensive lately"
          rows={recent?.rows ?? []}
          of={({ costUsd }) => costUsd ?? 0}
          text={formatMoney}
        />
        <Top
          title="Slowest lately"
          rows={recent?.rows ?? []}
          of={({ latencyMs }) => latencyMs ?? 0}
          text={formatDuration}
        />
      </div>
    </div>
  );
}

function Choice(props: {
  readonly label: string;
  readonly options: readonly (readonly [string, string])[];
  readonly value: string;
  readonly choose: (value: string) => void;
}) {
  return (
    <fieldset class="choice">
      <legend class="sr">{props.label}</legend>
      {props.options.map(([value, text]) => (
        <button key={value} type="button" aria-pressed={value === props.value} onClick={() => props.choose(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}

function Figures({ report: { total, budget } }: { readonly report: SpendReport }) {
  return (
    <dl class="figures">
      <div>
        <dt>Spent</dt>
        <dd>{formatMoney(total.costUsd)}</dd>
      </div>
      <div>
        <dt>Calls</dt>
        <dd>
          {countText(total.calls)}
          {total.failed === 0 ? null : <small class="dim"> {countText(total.failed)} failed</small>}
        </dd>
      </div>
      <div>
        <dt>Tokens</dt>
        <dd>{countText(total.totalTokens)}</dd>
      </div>
      {budget === null ? null : (
        <div class="budget">
          <dt>
            Budget
            {budget.duration === null ? "" : budget.duration === "1mo" ? " of the month" : ` of ${budget.duration}`}
          </dt>
          <dd>
            {formatMoney(Math.max(0, budget.maxUsd - budget.spentUsd))}{" "}
            <small class="dim">
              left of {formatMoney(budget.maxUsd)}
              {budget.resetsAt === null ? "" : `, until ${budget.resetsAt.slice(0, 10)}`}
            </small>
            <meter min={0} max={budget.maxUsd} value={budget.spentUsd} aria-label="Budget that is spent" />
          </dd>
        </div>
      )}
    </dl>
  );
}

function Shares({ rows, isThere }: { readonly rows: SpendReport["rows"]; readonly isThere: boolean }) {
  const most = Math.max(...rows.map(({ costUsd }) => costUsd), 0) || 1;
  if (rows.length === 0) return <p class="hint">{isThere ? "Nothing to tell." : "Loading…"}</p>;
  return (
    <table class="shares">
      <thead class="sr">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Cost</th>
          <th scope="col">Share</th>
          <th scope="col">Calls</th>
          <th scope="col">Tokens</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td class="number">{formatMoney(row.costUsd)}</td>
            <td class="share" aria-hidden="true">
              <div style={{ width: `${(100 * row.costUsd) / most}%` }} />
            </td>
            <td class="number">{countText(row.calls)} calls</td>
            <td class="number dim">{countText(row.totalTokens)} tokens</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Top(props: {
  readonly title: string;
  readonly rows: readonly TraceRow[];
  readonly of: (row: TraceRow) => number;
  readonly text: (value: number) => string;
}) {
  const rows = props.rows.filter((row) => props.of(row) > 0).toSorted((one, other) => props.of(other) - props.of(one));
  return (
    <section class="block" aria-label={props.title}>
      <h2>{props.title}</h2>
      <ul class="top-list">
        {rows.slice(0, top).map((row) => (
          <li key={row.id}>
            <a href={`#/calls/${encodeURIComponent(row.id)}`}>
              <span class="number">{props.text(props.of(row))}</span>
              <span class="words">{row.words || row.name || row.id}</span>
              <span class="dim">{timeText(row.at)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const dayMs = 86_400_000;

/** One bar a day, a colour a model, the dearest at the bottom; the table below says the same in words. */
function Chart({ report, days }: { readonly report: SpendReport; readonly days: number }) {
  const place = useRef<HTMLDivElement>(null);
  const names = report.rows.slice(0, colors.length - 1).map(({ name }) => name);
  useEffect(() => {
    const at = place.current;
    if (at === null) return;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    let chart = draw(at, report, names, days);
    const again = (): void => {
      chart.destroy();
      chart = draw(at, report, names, days);
    };
    const resized = new ResizeObserver(() => chart.setSize({ width: at.clientWidth, height: chartHeight }));
    resized.observe(at);
    dark.addEventListener("change", again);
    return () => {
      resized.disconnect();
      dark.removeEventListener("change", again);
      chart.destroy();
    };
  }, [report, days]);
  return (
    <figure class="chart" aria-label={`Spend a day in the last ${days} days; the table below has the figures`}>
      <div ref={place} aria-hidden="true" />
      <figcaption>
        {[...names, ...(report.rows.length > names.length ? ["others"] : [])].map((name, index) => (
          <span key={name}>
            <span class={`swatch s${index + 1}`} aria-hidden="true" /> {name}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

const chartHeight = 220;

function draw(at: HTMLElement, report: SpendReport, names: readonly string[], days: number): uPlot {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const today = Date.parse(report.to);
  const dates = Array.from({ length: days }, (_, index) => today - (days - 1 - index) * dayMs);
  const byDate = new Map(report.days.map((day) => [Date.parse(day.date), day]));
  const costs = dates.map((date) => stackOf(byDate.get(date), names));
  // Bars are drawn over each other: the highest sum first.
  const order = Array.from({ length: names.length + 1 }, (_, index) => names.length - index);
  const axis = {
    stroke: color("--dim"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  return new uPlot(
    {
      width: at.clientWidth,
      height: chartHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: (_, min, max) => [min - dayMs / 2_000, max + dayMs / 2_000] },
        y: { range: (_, __, max) => [0, max || 0.01] },
      },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), "UTC"),
      axes: [
        {
          ...axis,
          grid: { show: false },
          values: (_, splits) => splits.map((seconds) => dayText.format(seconds * 1_000)),
          space: 70,
          incrs: [1, 2, 7, 14, 30].map((count) => count * 86_400),
        },
        { ...axis, size: 76, values: (_, splits) => splits.map(formatMoney) },
      ],
      series: [
        {},
        ...order.map((index) => {
          const fill = color(colors[index] ?? "--dim");
          return { fill, width: 0, points: { show: false }, ...(bars === undefined ? {} : { paths: bars }) };
        }),
      ],
    },
    [dates.map((date) => date / 1_000), ...order.map((index) => costs.map((stack) => stack[index] ?? 0))],
    at,
  );
}

const dayText = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", timeZone: "UTC" });

/** Sums up to each model, and to all. */
function stackOf(day: SpendReport["days"][number] | undefined, names: readonly string[]): readonly number[] {
  let sum = 0;
  const known = names.map((name) => {
    sum += day?.parts.find((part) => part.name === name)?.costUsd ?? 0;
    return sum;
  });
  return [...known, Math.max(sum, day?.costUsd ?? 0)];
}
