import { keyVariables } from "../../gateway/providers.ts";
import type { Ask } from "../app.ts";

const first = ["anthropic", "azure", "groq", "openai"];

/** Asks for what the command line left out. */
export async function askForEntry(
  ask: Ask,
  name: string | undefined,
  route: string | undefined,
): Promise<{ readonly name: string; readonly route: string }> {
  const path = route ?? (await askForRoute(ask));
  return {
    name: name ?? (await ask.input(`Name that programs ask for (such as ${path.split("/").at(-1)})`)),
    route: path,
  };
}

async function askForRoute(ask: Ask): Promise<string> {
  const others = Object.keys(keyVariables).filter((prefix) => !first.includes(prefix));
  const choices = [...first, ...others].map((prefix) => ({ value: prefix, label: prefix }));
  const provider = await ask.select("Which provider?", choices);
  return `${provider}/${await ask.input(`Model, as ${provider} calls it`)}`;
}
