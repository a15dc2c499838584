import type { HealthCheck, RestartPolicy } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import { type Field, readBoolean, readDuration, readInteger, readMapping, readText, readTexts } from "./fields.ts";
import { parseShellWords } from "./formats/shell-words.ts";
import { present } from "./present.ts";
import { readKey } from "./scope.ts";
import { supported } from "./supported.ts";

/** A list as it is, a text cut into words; no shell reads it. */
export const readCommand = (field: Field): readonly string[] | undefined => {
  const { node, report, name } = field;
  if (node.kind === "list") return readTexts(field);
  const text = readText(field);
  if (text === undefined) return undefined;
  const parsed = parseShellWords(text);
  if ("problem" in parsed) {
    report.error(node.at, `"${name}": ${parsed.problem}`);
    return undefined;
  }
  if (parsed.dropped !== "") {
    report.warning(node.at, `"${name}": no shell reads this, and everything from "${parsed.dropped[0]}" on is dropped`);
  }
  return parsed.words;
};

const kinds = ["NONE", "CMD", "CMD-SHELL"];

const readTest = (field: Field): readonly string[] | undefined => {
  if (field.node.kind !== "list") {
    const text = readText(field);
    return text === undefined ? undefined : ["CMD-SHELL", text];
  }
  const test = readTexts(field);
  if (test[0] === undefined || kinds.includes(test[0])) return test;
  field.report.error(field.node.at, '"test" has to start with CMD, CMD-SHELL or NONE');
  return undefined;
};

export const readHealthCheck = (field: Field): HealthCheck | undefined => {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.healthcheck, report);
  const duration = (key: string): number | undefined => readKey(mapping, key, report, readDuration);
  const test = readKey(mapping, "test", report, readTest);
  const parts = {
    test: test?.length === 0 ? undefined : test,
    intervalMs: duration("interval"),
    timeoutMs: duration("timeout"),
    startPeriodMs: duration("start_period"),
    startIntervalMs: duration("start_interval"),
    retries: readKey(mapping, "retries", report, readInteger),
  };
  const disabled = readKey(mapping, "disable", report, readBoolean) === true;
  return disabled || test?.[0] === "NONE" ? { disabled: true } : { disabled: false, ...present(parts) };
};

export const readRestart = (field: Field): RestartPolicy | undefined => {
  const { node, report } = field;
  const text = node.kind === "scalar" && node.type === "string" ? node.text : undefined;
  if (text === "no" || text === "") return { name: "no" };
  if (text === "always" || text === "unless-stopped" || text === "on-failure") return { name: text };
  const retries = /^on-failure:(\d+)$/.exec(text ?? "")?.[1];
  if (retries !== undefined) return { name: "on-failure", maxRetries: Number(retries) };
  report.error(node.at, `"${field.name}" needs one of no, always, on-failure, on-failure:3, unless-stopped`);
  return undefined;
};
