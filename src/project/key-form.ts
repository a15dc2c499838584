import { unsendable } from "../litellm/key.ts";

/** Beginnings that only this owner's keys have. */
const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^sk-ant-/, "Anthropic"],
  [/^gsk_/, "Groq"],
  [/^xai-/, "xAI"],
  [/^sk-or-/, "OpenRouter"],
  [/^(?:sk|pk)-lf-/, "Langfuse"],
  [/^sk-(?:proj|svcacct|admin)-/, "OpenAI"],
  [/^AIza/, "Google"],
  [/^hf_/, "Hugging Face"],
  [/^pplx-/, "Perplexity"],
  [/^(?:ghp_|github_pat_)/, "GitHub"],
  [/^(?:AKIA|ASIA)[A-Z0-9]{12}/, "AWS"],
  [/^(?:ak|as)-[A-Za-z0-9]{18,}$/, "Modal"],
];

const vaults: Readonly<Record<string, string>> = {
  op: "1Password",
  vault: "Vault",
  bw: "Bitwarden",
  doppler: "Doppler",
};

const placeholder =
  /^(?:<.*>|\[.*\]|\{.*\}|\$\{?\w+\}?|(?:your|my|insert|put|replace|enter|add|paste)[-_ ].*|.*[-_ ](?:here|goes[-_ ]here)|change[-_]?me.*|todo|replace[-_]?me|placeholder|(?:sk|gsk|sk-ant|sk-proj)?[-_]?(?:x{3,}|X{3,}|\*{3,}|\.{3,}|…+)[-_x*.…]*)$/i;

/** Why a value cannot be a key of this provider, in words that do not reveal it; null where it may be one. */
export function keyMistake(value: string, provider: string): string | null {
  const text = value.trim();
  if (text.startsWith("#")) return "a comment: text after an empty value counts as the value";
  const reference = /^(op|vault|bw|doppler|sops|aws-sm|gcp-sm|keychain):\/\//.exec(text)?.[1];
  if (reference !== undefined) return `a reference to ${vaults[reference] ?? reference}, which nothing looks up here`;
  if (placeholder.test(text)) return "a placeholder";
  if (/^https?:\/\//.test(text)) return "an address, not a key";
  const unsent = unsendable(text);
  if (unsent !== null) return unsent;
  if (/\s/.test(text)) return "a space";
  const owner = prefixes.find(([pattern]) => pattern.test(text))?.[1];
  return owner === undefined || owner === provider ? null : `a key of ${owner}`;
}

/** What is wrong with an AZURE_API_BASE; null where nothing is. LiteLLM adds path and version itself. */
export function azureBaseMistake(value: string): string | null {
  const text = value.trim();
  if (text === "") return null;
  const form = "https://NAME.openai.azure.com";
  if (placeholder.test(text) || /\bNAME\b|<[\w-]+>/.test(text))
    return `is a placeholder: ${form} with your resource's name`;
  if (!/^https?:\/\//.test(text)) return `lacks https:// before it: ${form}`;
  if (!URL.canParse(text)) return `is no address: ${form}`;
  const { pathname, searchParams } = new URL(text);
  if (searchParams.has("api-version")) return `holds api-version=, which belongs into the LiteLLM config: ${form}`;
  return /\/openai\/deployments\//.test(pathname) ? `holds a path, which LiteLLM adds itself: ${form}` : null;
}
