import { join } from "node:path";
import { renderYaml } from "../../compose/resolved-config.ts";
import type { CheckReport, ChecksReport } from "../../doctor/check.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { maskKeys } from "../../litellm/failure.ts";
import { decoration } from "../../platform/deadline.ts";
import { atomicWrite } from "../../platform/files.ts";
import { looksSecret, maskLogin } from "../../platform/text.ts";
import { readTextFile } from "../../platform/text-file.ts";
import { gatewayOf } from "../../stack/plan/endpoints.ts";
import { observeStack } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { config } from "../config.ts";
import { openProject, openStack, type ProjectSession } from "../project.ts";

const logLimitMs = 5_000;

const logLines = 60;

/**
 * Writes one file that is safe to paste into an issue: the checks, the stack, the LiteLLM config and the last lines of
 * the logs. Returns its path.
 */
export async function writeReport({ checks, notAsked }: ChecksReport, app: App): Promise<string> {
  const { version, nodeVersion, platform, arch } = app;
  const machine = `goat-dev ${version}, node ${nodeVersion}, ${platform} ${arch}`;
  const parts = ["# goat-dev report", machine, section("Checks", [...checks.map(checkText), ...notAsked].join("\n"))];
  const session = await openProject(app).catch((error: unknown) => describe(error));
  if (session instanceof GoatError) parts.push(section("Stack", session.message));
  else {
    parts.push(section("Stack", await renderYaml(await config({ showSecrets: false }, app))));
    parts.push(section("LiteLLM config", configText(session)), section("Logs", await logsText(session, app)));
  }
  const path = join(app.cwd, "goat-dev-report.md");
  await atomicWrite(path, safe(`${parts.join("\n\n")}\n`, app), 0o600);
  return path;
}

function checkText(check: CheckReport): string {
  const head = `${check.verdict.padEnd(8)} ${(check.group ?? "").padEnd(9)} ${check.text}`;
  if (check.verdict !== "problem") return head;
  return [`${head} [${check.code}]`, ...check.evidence.map((line) => `         ${line}`)].join("\n");
}

function section(name: string, text: string): string {
  return `## ${name}\n\n~~~\n${text.trimEnd()}\n~~~`;
}

function configText({ stack }: ProjectSession): string {
  const config = gatewayOf(stack)?.config ?? null;
  const file = config === null ? null : readTextFile(config.source);
  return file?.state === "text" ? file.text : "none on this machine";
}

async function logsText(session: ProjectSession, app: App): Promise<string> {
  const lines = await decoration(app.signal, logLimitMs, async (signal) => {
    const open = await openStack(app, session);
    const { services } = await observeStack(open.stack, { ...open, signal });
    const containers = services.map(({ name: service, container }) => ({ service, container }));
    const told: string[] = [];
    const options = { containers, follow: false, tail: logLines, since: null, signal };
    if (containers.length === 0) return told;
    for await (const { service, line } of open.engine.logs(options)) told.push(`${service} | ${line}`);
    return told;
  });
  return lines === null ? "could not be read" : lines.join("\n") || "nothing runs";
}

/**
 * Masks secrets: the values of .env's secrets, whatever is named or looks like a secret, and passwords in addresses.
 * The home folder, which may name the user, becomes `~`.
 */
function safe(text: string, { redact, home }: App): string {
  const masked = redact(text).split("\n").map(maskAssignments).map(maskLogin).map(maskKeys).join("\n");
  return home.length > 1 ? masked.replaceAll(home, "~") : masked;
}

/** Masks the value in `password: x`, `API_KEY=x` or `"token": "x"`, unless it is a reference to a variable. */
function maskAssignments(line: string): string {
  return line.replace(
    /(["']?)([\w.-]*)\1(\s*[:=]\s*)(?!os\.environ\/|\*\*\*|\[)("[^"]*"|'[^']*'|[^\s,}]+)/g,
    (whole, quote: string, name: string, between: string) =>
      looksSecret(name) ? `${quote}${name}${quote}${between}***` : whole,
  );
}
