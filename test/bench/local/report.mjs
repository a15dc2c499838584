import { align, cell, median, seconds } from "../figures.mjs";

export const localMeasurements = ["first", "cold", "noop", "status", "restart", "down", "database"].map(
  (name) => `local-${name}`,
);

const times = (own, other) => `${(median(own) / median(other)).toFixed(2)} x`;

const plus = (own, other) => {
  const ms = median(own) - median(other);
  return `${ms < 0 ? "-" : "+"}${seconds(Math.abs(ms))}`;
};

const without = { beside: ["without", null], compare: plus };
const milliseconds = (value) => `${value.toFixed(1)} ms`;
const megabytes = (value) => `${value.toFixed(0)} MB`;
const withoutIn = (unit) => ({ ...without, unit, compare: (own, other) => `+${unit(median(own) - median(other))}` });

const boot = { beside: ["litellm", "boot"], compare: plus };

const rows = [
  { row: "install", title: "first run: install", beside: ["pip", "install"], compare: times, wanted: "0.5 x" },
  { row: "first", title: "first run: until ready" },
  { row: "cold", title: "cold up, no data", ...boot, wanted: "+0.5 s" },
  { row: "cold-database", title: "  Postgres ready after" },
  { row: "cold-tracing", title: "  recorder ready after" },
  { row: "warm", title: "cold up, data there", ...boot, wanted: "+0.5 s" },
  { row: "warm-database", title: "  Postgres ready after", wanted: "1 s" },
  { row: "warm-tracing", title: "  recorder ready after", wanted: "1 s" },
  { row: "noop", title: "no-op up", wanted: "0.3 s" },
  { row: "status", title: "status", wanted: "0.15 s" },
  { row: "restart", title: "restart litellm, until ready", ...boot, wanted: "+0.3 s" },
  { row: "down", title: "down", wanted: "3 s" },
  { row: "database-empty", title: "up with the database, empty", ...without, wanted: "+4.50 s" },
  { row: "database-there", title: "up with the database, there", ...without, wanted: "+0.80 s" },
  { row: "database-call", title: "  LiteLLM's processor time of a call", ...withoutIn(milliseconds) },
  { row: "database-engine-call", title: "  its engine's", ...withoutIn(milliseconds), wanted: "3.0 ms" },
  { row: "database-memory", title: "  LiteLLM's memory", ...withoutIn(megabytes), wanted: "+90 MB" },
  { row: "database-engine", title: "  its engine's memory", ...withoutIn(megabytes) },
];

/** One row a measurement: goat-dev, what it is measured against, how they compare and what is wanted. */
export function table(samples) {
  const lines = rows.flatMap(({ row, title, beside, compare, wanted, unit }) => {
    const own = samples.of("goat-dev", row);
    const other = beside === undefined ? [] : samples.of(beside[0], beside[1] ?? row);
    if (own.length === 0 && (other.length === 0 || beside[0] === "litellm")) return [];
    const alone = other.length === 0 ? "" : `${beside[0]} ${cell(other, unit)}`;
    const compared = own.length === 0 || other.length === 0 ? "" : compare(own, other);
    const count = beside === undefined ? `${own.length}` : `${own.length}/${other.length}`;
    return [[title, cell(own, unit), alone, compared, wanted ?? "", count]];
  });
  return align([["without Docker", "goat-dev", "alone", "compared", "wanted", "n"], ...lines]);
}

export const notes = [
  "median (least to most). First run: every cache empty; pip is `pip install --require-hashes --no-cache-dir` of the same",
  "lock into a new virtual environment, without Postgres. litellm is the installed one without goat-dev's launcher, alone on",
  "the machine, started between the ups until it answers /health/readiness with 200, which ends up and restart too (asked",
  "from outside, up with --no-example). Postgres and recorder: from the start of the command, as goat-dev itself tells it.",
  "without: the same with GOAT_DEV_LITELLM_DATABASE=off; processor times are those of 300 calls in turn.",
].join("\n");
