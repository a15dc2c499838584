import { recorderService, recorderVersion } from "./identity.ts";
import type { FullTrace, TraceSummary } from "./store.ts";
import { type Project, summaryOf, tracePath } from "./views.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The newest traces, without what was said in them: this page asks nobody for a key. */
export function homePage(project: Project, traces: readonly TraceSummary[]): string {
  const rows = traces.map(({ trace, totalCost, latency }) =>
    cells([
      escapeHtml(trace.timestamp),
      `<a href="${escapeHtml(tracePath(project, trace.id))}">${escapeHtml(trace.name ?? trace.id)}</a>`,
      `${latency.toFixed(2)} s`,
      money(totalCost),
    ]),
  );
  const table = `<table><tr><th>time</th><th>trace</th><th>latency</th><th>cost</th></tr>${rows.join("")}</table>`;
  return frame(`Traces of ${project.name}`, traces.length === 0 ? "<p>No trace yet.</p>" : table);
}

function cells(values: readonly string[]): string {
  return `<tr>${values.map((value) => `<td>${value}</td>`).join("")}</tr>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function money(usd: number): string {
  return `$${usd.toFixed(6)}`;
}

function frame(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:15px system-ui;margin:2rem}td,th{text-align:left;padding:.2rem 1.2rem .2rem 0}</style></head>
<body><h1>${escapeHtml(title)}</h1>
${body}
<p>This is the ${recorderService} ${recorderVersion}. It speaks a part of Langfuse's public API; it is not Langfuse.</p>
</body></html>
`;
}

/** One trace, without inputs and outputs; says how to read those. */
export function tracePage(full: FullTrace): string {
  const { trace, observations } = full;
  const rows = observations.map(({ type, name, model, usage, level }) =>
    cells([
      escapeHtml(type),
      escapeHtml(name ?? ""),
      escapeHtml(model ?? ""),
      `${usage.total} tokens`,
      money(usage.totalCost ?? 0),
      escapeHtml(level),
    ]),
  );
  const command = `curl -u <public key>:<secret key> <this host>/api/public/traces/${encodeURIComponent(trace.id)}`;
  return frame(
    trace.name ?? trace.id,
    `<p>${escapeHtml(trace.id)}, ${escapeHtml(trace.timestamp)}, ${money(summaryOf(full).totalCost)}</p>
<table>${rows.join("")}</table><p>All of it: <code>${escapeHtml(command)}</code></p>`,
  );
}
