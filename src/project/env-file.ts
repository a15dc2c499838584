import { parse } from "dotenv";
import { type EnvText, readEnvText } from "../platform/env-text.ts";
import type { Lookup } from "../platform/interpolate.ts";

const readPlain = (written: string): string => parse(`VALUE=${written}`)["VALUE"] ?? "";

/**
 * Reads `.env`: by dotenv where it agrees with Compose, else as Compose does (`$X`, a comment after an empty value,
 * escapes). `lookup` is the environment, which wins over lines above. Mistakes are named by line, never by value.
 */
export const parseEnvFile = (text: string, _file: string, lookup: Lookup): EnvText =>
  readEnvText(text, lookup, readPlain);
