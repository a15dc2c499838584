import type { Scalar } from "./tree.ts";

type PlainScalar = Pick<Scalar, "type" | "text">;

/** An unquoted YAML word, read as Compose's parser does: `012` is 10, `1e3` is 1000, `yes` stays a word. */
export function resolvePlain(text: string): PlainScalar {
  if (/^(?:|~|null|Null|NULL)$/.test(text)) return { type: "null", text: "" };
  if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) return { type: "boolean", text: text.toLowerCase() };
  const number = readNumber(text);
  if (number !== undefined) return { type: "number", text: number };
  // Compose reads an unquoted date as a timestamp and prints it in this form.
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) {
    return { type: "string", text: `${text} 00:00:00 +0000 UTC` };
  }
  return { type: "string", text };
}

const integerLimit = 2n ** 64n;

const floatPattern = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;

function readNumber(text: string): string | undefined {
  if (!/^[-+.\d]/.test(text)) return undefined;
  const digits = text.startsWith(".") ? text : text.replaceAll("_", "");
  const integer = readInteger(digits);
  if (integer !== undefined && integer < integerLimit && integer > -integerLimit / 2n) return String(integer);
  return floatPattern.test(digits) ? formatFloat(Number(digits)) : undefined;
}

function readInteger(digits: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]+|\d+)$/.exec(digits);
  if (match === null || match[2] === undefined) return undefined;
  const body = match[2].replace(/^0(?=[0-7]+$)/, "0o");
  if (/^0\d*[89]/.test(body)) return undefined;
  const value = BigInt(body === "0o" ? "0" : body);
  return match[1] === "-" ? -value : value;
}

/** Compose prints fractions as Go does: exponents from 1e+06 up and below 1e-04, two digits long. */
function formatFloat(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e6 && size >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}
