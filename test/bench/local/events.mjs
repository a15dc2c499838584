/** What `goat-dev up --json-stream` printed, line by line. */
export function readEvents(stdout) {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
}

/** Milliseconds that a step took; undefined where there was none. */
export function tookOf(events, step) {
  return finished(events, step)?.durationMs;
}

/** Milliseconds from `begunAt` until the service that plays this role was ready. */
export function readyAfter(events, role, begunAt) {
  const service = resultOf(events).services.find((one) => one.role === role);
  const event = service === undefined ? undefined : finished(events, service.name);
  return event === undefined ? undefined : Date.parse(event.at) - begunAt;
}

function resultOf(events) {
  const found = events.find(({ type }) => type === "result");
  if (found === undefined) throw new Error("goat-dev up gave no result");
  return found.data;
}

function finished(events, step) {
  return events.find((event) => event.type === "step-finished" && event.step === step && event.outcome === "ok");
}
