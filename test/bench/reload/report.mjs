import { align, cell, seconds } from "../figures.mjs";
import { ownMs } from "./provider.mjs";

const shownFailures = 5;

/** One column a phase; then what failed, in the clients' own words. */
export function table({ engine, phases, calls, clients, rate }) {
  const columns = phases.map(({ begin, end, live }) => {
    const own = calls.filter(({ at }) => at >= begin && at < end);
    const failed = own.filter((call) => call.failed !== null);
    const beyond = own.filter((call) => call.failed === null).map(beyondOwn);
    return [
      live.length === 0 ? "-" : cell(live),
      String(live.length),
      `${failed.length} of ${own.length}`,
      ...clients.map(({ name }) => `${failed.filter(({ client }) => client === name).length}`),
      beyond.length === 0 ? "-" : cell(beyond),
    ];
  });
  const heads = [
    ...["edit to live", "edits", "calls that failed"],
    ...clients.map(({ name }) => `  from ${name}`),
    "beyond the call's own time",
  ];
  const rows = heads.map((head, row) => [head, ...columns.map((column) => column[row])]);
  const head = [`reload, ${engine.name}`, ...phases.map(({ title }) => title)];
  return [align([head, ...rows]), "", notes(rate), ...failuresOf(phases, calls)].join("\n");
}

function beyondOwn({ ms, stream }) {
  return ms - (stream ? ownMs.stream : ownMs.whole);
}

function notes(rate) {
  return [
    `median (least to most). ${rate} calls a second in all (--rate), half of them streams, on kept connections, without a second try.`,
    "Live: from the save until a new connection's /v1/models names the new model. A call's own time is what",
    `the provider takes for it: ${seconds(ownMs.whole)}, as a stream ${seconds(ownMs.stream)}.`,
  ].join("\n");
}

function failuresOf(phases, calls) {
  return phases.flatMap(({ title, begin, end }) =>
    calls
      .filter(({ at, failed }) => failed !== null && at >= begin && at < end)
      .slice(0, shownFailures)
      .map(
        ({ client, at, stream, ms, failed }) =>
          `${title}, at ${seconds(at - begin)}: ${client}${stream ? ", stream" : ""}, after ${seconds(ms)}: ${failed}`,
      ),
  );
}
