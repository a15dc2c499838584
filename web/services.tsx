import { useEffect, useRef, useState } from "preact/hooks";
import type { StatusReport } from "../src/app/status.ts";
import { formatAge, formatBytes } from "./format.ts";
import { useWork } from "./live.ts";
import { Trouble } from "./parts.tsx";
import { Refused, send, useAnswer } from "./server.ts";

type Service = StatusReport["services"][number];
type Action = "up" | "reload" | "restart";

/** Each look asks every service, which some of them note in their logs. */
const lookMs = 10_000;

export function Services() {
  const { value: report, error, reload } = useAnswer<StatusReport>("/api/status");
  const [running, setRunning] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<Refused | null>(null);
  const step = useWork();
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), lookMs);
    return () => clearInterval(timer);
  }, []);
  const run = async (action: Action, service: string | null): Promise<void> => {
    setRunning(service ?? "all");
    setTrouble(null);
    await send("/api/services", { action, service }).catch((why) =>
      setTrouble(why instanceof Refused ? why : new Refused(String(why))),
    );
    setRunning(null);
    reload();
  };
  return (
    <div class="view services">
      <div class="bar">
        <button type="button" class="first" disabled={running !== null} onClick={() => void run("up", null)}>
          Bring all up
        </button>
        <p class="dim" role="status">
          {running === null ? engineText(report) : (step ?? "…")}
        </p>
      </div>
      {error === null ? null : <Trouble error={error} retry={reload} />}
      {trouble === null ? null : <Trouble error={trouble} />}
      <ul class="service-list">
        {report?.services.map((service) => (
          <li key={service.name}>
            <ServiceRow service={service} isBusy={running !== null} run={run} />
          </li>
        ))}
      </ul>
      <Logs names={report?.services.map(({ name }) => name) ?? []} />
    </div>
  );
}

function engineText(report: StatusReport | null): string {
  if (report === null) return "";
  const { kind, version } = report.engine;
  return kind === "embedded" ? "plain processes of this machine" : `${kind} ${version ?? ""}`;
}

function ServiceRow(props: {
  readonly service: Service;
  readonly isBusy: boolean;
  readonly run: (action: Action, service: string) => Promise<void>;
}) {
  const { service, isBusy, run } = props;
  const { name, state, since, memoryBytes, port, drift, why, standIn } = service;
  const look =
    { ready: "good", starting: "warn", restarting: "warn", unready: "bad", exited: "bad" }[state as string] ?? "";
  const facts = [
    since === null || state === "absent" ? null : `since ${formatAge(Date.now() - Date.parse(since))}`,
    memoryBytes === null ? null : formatBytes(memoryBytes),
    port === null ? null : `port ${port}`,
    standIn === null ? null : `${standIn} in Langfuse's place`,
  ].filter((fact) => fact !== null);
  return (
    <div class="service">
      <h2>
        <span class={`dot ${look}`} aria-hidden="true" /> {name} <span class="dim">{state}</span>
      </h2>
      <p class="dim facts-line">{facts.join(" · ")}</p>
      <div class="actions">
        {state === "absent" || state === "exited" || state === "created" ? (
          <button type="button" disabled={isBusy} onClick={() => void run("up", name)}>
            Up<span class="sr"> {name}</span>
          </button>
        ) : null}
        {service.role === "gateway" ? (
          <button type="button" disabled={isBusy} onClick={() => void run("reload", name)}>
            Reload<span class="sr"> {name}</span>
          </button>
        ) : null}
        <button type="button" disabled={isBusy || state === "absent"} onClick={() => void run("restart", name)}>
          Restart<span class="sr"> {name}</span>
        </button>
      </div>
      {why === null ? null : <p class="obstacle">{why}</p>}
      {drift.length === 0 ? null : <p class="obstacle">Changed after it started: {drift.join(", ")}</p>}
    </div>
  );
}

interface Line {
  readonly service: string;
  readonly line: string;
}

const lineLimit = 1_000;

function Logs({ names }: { readonly names: readonly string[] }) {
  const [service, setService] = useState("");
  const [filter, setFilter] = useState("");
  const [lines, setLines] = useState<readonly Line[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    setLines([]);
    const source = new EventSource(`/api/logs${service === "" ? "" : `?service=${encodeURIComponent(service)}`}`);
    let waiting: Line[] = [];
    const flush = (): void => {
      const next = waiting;
      waiting = [];
      setLines((old) => [...old, ...next].slice(-lineLimit));
    };
    source.addEventListener("line", (event) => {
      if (waiting.length === 0) requestAnimationFrame(flush);
      waiting.push(JSON.parse((event as MessageEvent<string>).data) as Line);
    });
    // It would begin anew, with lines that are here already.
    source.onerror = () => source.close();
    return () => source.close();
  }, [service]);
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);
  const width = Math.max(0, ...names.map((name) => name.length));
  const wanted = filter.toLowerCase();
  const text = lines
    .filter(({ line }) => line.toLowerCase().includes(wanted))
    .map(({ service: name, line }) => (service === "" ? `${name.padEnd(width)} | ${line}` : line))
    .join("\n");
  return (
    <section class="logs" aria-label="Logs">
      <div class="bar">
        <h2>Logs</h2>
        <select aria-label="Service" value={service} onChange={(event) => setService(event.currentTarget.value)}>
          <option value="">all services</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <input
          type="search"
          aria-label="Filter logs"
          placeholder="Filter"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <textarea
        ref={box}
        class="log-lines"
        readOnly
        aria-label="Lines"
        spellcheck={false}
        value={text === "" ? (lines.length === 0 ? "No line yet." : "No line fits.") : text}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
        }}
      />
    </section>
  );
}
