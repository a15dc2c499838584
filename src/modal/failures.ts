import type { ErrorCode } from "../errors/catalog.ts";
import { type Fix, GoatError } from "../errors/goat-error.ts";
import { cut } from "../platform/text.ts";
import { oneLine, outputUnknown, plainLines } from "./cli-output.ts";

/** What was asked, for messages. */
export interface Question {
  /** As a person would type it. */
  readonly command: string;
  /** The Modal environment. */
  readonly environment: string;
}

interface Known {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  message(found: RegExpExecArray, question: Question): string;
  fixes(found: RegExpExecArray, question: Question): readonly Fix[];
}

const newToken: Fix = { command: "modal token new", effect: "opens a browser to log in" };

const setToken: Fix = {
  command: "export MODAL_TOKEN_ID=ak-… MODAL_TOKEN_SECRET=as-…",
  effect: "where there is no browser; they win over ~/.modal.toml",
};

const doctor: Fix = { command: "goat-dev modal doctor", effect: "checks the whole way to Modal" };

/** Failures, recognised by the CLI's messages because Modal gives no error codes. The first match counts. */
const known: readonly Known[] = [
  {
    pattern: /No module named '?"?modal\b/,
    code: "modal-missing",
    message: () => "the Modal CLI is not installed",
    fixes: () => installFixes,
  },
  {
    pattern: /Token missing|Modal profile '[^']*' was not found/,
    code: "modal-token-missing",
    message: () => "the Modal CLI has no token",
    fixes: () => [newToken, setToken],
  },
  {
    pattern:
      /\btoken\b[^.]{0,60}\b(?:expired|revoked|invalid|malformed|not found|validation failed|not authorized)|unauthenticated|could not authenticate|invalid credential/i,
    code: "modal-token-refused",
    message: () => "Modal refuses the token",
    fixes: () => [newToken, { ...setToken, effect: "if those variables are set: they win over ~/.modal.toml" }],
  },
  {
    pattern:
      /could not connect to the Modal server|connection refused|name resolution|network is unreachable|deadline exceeded/i,
    code: "modal-unreachable",
    message: () => "Modal cannot be reached",
    fixes: () => [doctor],
  },
  {
    pattern:
      /No such environment ['"]?([\w.-]+)|Environment ['"]?([\w.-]+)['"]?(?: was)? (?:not found|does not exist)/i,
    code: "modal-environment-missing",
    message: ([, name, other]) => `the Modal environment ${name ?? other} does not exist`,
    fixes: ([, name, other]) => environmentFixes(name ?? other ?? ""),
  },
  {
    pattern: /Secret ['"]?([\w.-]+)['"]?[^.]*\bmissing\b[^.]*\bkeys?\b[^.]*/i,
    code: "modal-secret-incomplete",
    message: ([, name]) => `the Modal secret ${name} lacks a key that is needed`,
    fixes: ([, name], { environment }) => secretFixes([name ?? ""], environment),
  },
  {
    pattern: /Secret ['"]?([\w.-]+)['"]?(?: was)? not found|No secret named ['"]?([\w.-]+)/i,
    code: "modal-secret-missing",
    message: ([, name, other]) => `the Modal secret ${name ?? other} does not exist`,
    fixes: ([, name, other], { environment }) => secretFixes([name ?? other ?? ""], environment),
  },
  {
    pattern: /No App with name ['"]?([\w.-]+)|App ['"]?([\w.-]+)['"]? (?:was )?not found|is not deployed/i,
    code: "modal-not-deployed",
    message: ([, name, other], { environment }) =>
      `${name ?? other ?? "the app"} is not deployed in the environment ${environment}`,
    fixes: (_, { environment }) => [
      { command: `goat-dev modal status${envOption(environment)}`, effect: "shows what is" },
    ],
  },
];

const installFixes: readonly Fix[] = [
  { command: "pip install modal", effect: "installs it; Python 3.10 or newer" },
  { command: "export GOAT_DEV_MODAL=/path/to/modal", effect: "where it is not on PATH" },
];

/** The option ` --env NAME` for suggested commands; empty for the default environment, `goat`. */
export function envOption(environment: string): string {
  return environment === "goat" ? "" : ` --env ${environment}`;
}

export function environmentMissing(name: string, there: readonly string[]): GoatError {
  return new GoatError("modal-environment-missing", `the Modal environment ${name} does not exist`, {
    evidence: there.length === 0 ? [] : [`there are: ${there.join(", ")}`],
    fixes: environmentFixes(name),
  });
}

function environmentFixes(name: string): readonly Fix[] {
  return [
    { command: `modal environment create ${name}`, effect: "makes it" },
    { command: "modal environment list", effect: "shows which there are" },
  ];
}

export function secretsMissing(names: readonly string[], environment: string): GoatError {
  return new GoatError(
    "modal-secret-missing",
    `Modal's environment ${environment} has no ${names.length === 1 ? "secret" : "secrets"} ${names.join(", ")}`,
    { fixes: secretFixes(names, environment) },
  );
}

function secretFixes(names: readonly string[], environment: string): readonly Fix[] {
  return [
    {
      command: `goat-dev modal secrets sync ${names.join(" ")}${envOption(environment)}`,
      effect: "writes it from .env",
    },
  ];
}

export function cliMissing(why: string): GoatError {
  return new GoatError("modal-missing", "the Modal CLI is not installed", { evidence: [why], fixes: installFixes });
}

export function notWithin(question: Question, limitMs: number): GoatError {
  return new GoatError(
    "modal-unreachable",
    `Modal cannot be reached: \`${question.command}\` has no answer within ${limitMs / 1000} s`,
    {
      fixes: [doctor],
    },
  );
}

/** The error that the CLI's output stands for; its code is `otherwise` where no known failure matches. */
export function explain(output: string, question: Question, otherwise: ErrorCode): GoatError {
  const text = oneLine(output);
  const evidence = lastLines(output);
  for (const { pattern, code, message, fixes } of known) {
    const found = pattern.exec(text);
    if (found !== null)
      return new GoatError(code, message(found, question), { evidence, fixes: fixes(found, question) });
  }
  const unknown = /No such (?:option|command)[^.]{0,60}/i.exec(text)?.[0];
  if (unknown !== undefined) return outputUnknown(question.command, unknown);
  return new GoatError(otherwise, `\`${question.command}\` failed`, { evidence, fixes: [doctor] });
}

function lastLines(output: string): readonly string[] {
  return plainLines(output)
    .map((line) => cut(line.trim(), 300))
    .filter((line) => line !== "")
    .slice(-5);
}
