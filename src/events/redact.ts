import { templateKeys } from "../model/template-keys.ts";
import { looksSecret } from "../platform/text.ts";

export interface Secret {
  /** The variable that holds it. */
  readonly name: string;
  readonly value: string;
}

export interface Redactor {
  text(text: string): string;
  /** JSON data with every string in it, keys too, redacted. */
  data(value: unknown): unknown;
  /** More secrets, from now on. */
  add(secrets: readonly Secret[]): void;
  /** Words that stay readable although a secret equals them, such as service names. */
  allow(words: Iterable<string>): void;
}

const shortest = 8;

/** Masks secrets by value, from eight characters up, wherever they stand: `[GROQ_API_KEY]`. */
export function createRedactor(initial: readonly Secret[] = []): Redactor {
  const secrets = new Map<string, string>();
  const allowed = new Set<string>(Object.values(templateKeys));
  let masks = new Map<string, string>();
  let pattern: RegExp | null = null;

  const rebuild = (): void => {
    masks = new Map();
    for (const [value, name] of secrets) {
      if (allowed.has(value)) continue;
      for (const form of formsOf(value)) if (!allowed.has(form) && !masks.has(form)) masks.set(form, `[${name}]`);
    }
    pattern = patternOf(masks.keys());
  };
  const text = (input: string): string => {
    if (pattern === null) return input;
    const masked = input.replace(pattern, (found) => masks.get(found) ?? "***");
    return masked === input ? input : removeAll(masked, pattern);
  };
  const add = (more: readonly Secret[]): void => {
    for (const { name, value } of more) {
      allowed.add(name);
      if (value.length >= shortest && !secrets.has(value)) secrets.set(value, name);
    }
    rebuild();
  };
  const allow = (words: Iterable<string>): void => {
    for (const word of words) allowed.add(word);
    rebuild();
  };
  add(initial);
  return { text, add, allow, data: (value) => mapStrings(value, text) };
}

/** The ways in which a value can be written: as it is, trimmed, by line, for a URL, in JSON, in base64. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  const plain = [value, value.trim()];
  const lines = value.includes("\n") ? value.split(/\r?\n/).filter((line) => !line.startsWith("-----")) : [];
  const url = encoded(value);
  return [
    ...plain,
    ...lines,
    url,
    lowerEscapes(url),
    url.replaceAll("%20", "+"),
    JSON.stringify(value).slice(1, -1),
    withoutPadding(bytes.toString("base64")),
    bytes.toString("base64url"),
  ].filter((form) => form.length >= shortest);
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

function lowerEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function withoutPadding(text: string): string {
  return text.replace(/=+$/, "");
}

/** Longest first, so that a secret inside a longer one does not leave the rest of it readable. */
function patternOf(forms: Iterable<string>): RegExp | null {
  const alternatives = [...forms].sort((left, right) => right.length - left.length).map(escapeForPattern);
  return alternatives.length === 0 ? null : new RegExp(alternatives.join("|"), "g");
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Removes a secret that a mask and the text beside it happen to form. Each round shortens the text, so it ends. */
function removeAll(text: string, pattern: RegExp): string {
  let rest = text;
  for (;;) {
    const shorter = rest.replace(pattern, "");
    if (shorter.length === rest.length) return rest;
    rest = shorter;
  }
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]));
}

/** The secrets among these variables: values whose name looks secret, and the passwords in URLs. */
export function secretsIn(variables: Readonly<Record<string, string>>): readonly Secret[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    if (looksSecret(name)) return [{ name, value }];
    const password = passwordInUrl(value);
    if (password === undefined) return [];
    return [...new Set([password, decoded(password)])].map((form) => ({ name, value: form }));
  });
}

function passwordInUrl(value: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s@/]+)@/i.exec(value)?.[1];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
