// The manual page goat-dev(1) in man's macros, from the table of commands and the topics of `goat-dev help`.

/** The page as roff text. `typed` of a command is what is typed after goat-dev. */
export function manualPage({ commands, globalOptions, topics }) {
  return [
    '.\\" Written by npm run docs.',
    '.TH GOAT\\-DEV 1 "" "goat\\-dev" "goat\\-dev"',
    ".SH NAME",
    "goat\\-dev \\- a working LLM gateway on your own machine: Postgres, Langfuse and LiteLLM",
    ".SH SYNOPSIS",
    ".B goat\\-dev",
    ".I command",
    "[\\fIoption\\fR ...] [\\fIargument\\fR ...]",
    ".SH COMMANDS",
    ...commands.flatMap(commandLines),
    ".SH OPTIONS OF EVERY COMMAND",
    ...globalOptions.flatMap(optionLines),
    ...topics.flatMap(topicLines),
    ".SH EXAMPLES",
    ...commands.slice(0, 3).flatMap(({ examples }) => examples.flatMap(exampleLines)),
    ".SH SEE ALSO",
    "The package's README.md and docs folder;",
    ".B goat\\-dev",
    ".I command",
    "\\fB\\-\\-help\\fR has examples of each command.",
    "",
  ].join("\n");
}

function commandLines({ typed, arguments: words, summary, options }) {
  const heading = ["goat-dev", typed, ...(words === undefined ? [] : [words])].join(" ");
  return [`.SS "${quoted(heading)}"`, sentence(summary), ...options.flatMap(optionLines)];
}

function optionLines({ flags, description }) {
  return [".TP", `.B ${escaped(flags)}`, sentence(description)];
}

function topicLines({ name, summary, rows, remark }) {
  const heading = { environment: "ENVIRONMENT", "exit-codes": "EXIT STATUS", files: "FILES" }[name];
  if (heading === undefined) throw new Error(`the manual page has no heading for the topic ${name}`);
  const lines = rows.flatMap(([term, text]) => [".TP", `.B ${escaped(term)}`, sentence(text)]);
  return [`.SH ${heading}`, sentence(summary), ...lines, ".PP", line(remark)];
}

function exampleLines([typed, effect]) {
  return [".TP", `.B ${escaped(typed)}`, sentence(effect)];
}

function sentence(text) {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return line(/[.…]$/.test(whole) ? whole : `${whole}.`);
}

/** A line of text, escaped where it begins with a dot or a quote: roff would take it for a request. */
function line(text) {
  const safe = escaped(text);
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}

function quoted(text) {
  return escaped(text).replaceAll('"', "\\(dq");
}

function escaped(text) {
  const named = { "\\": "\\e", "-": "\\-", "…": "...", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga", "'": "\\(aq" };
  return text.replace(/[\\\-…^~`']/g, (character) => named[character]);
}
