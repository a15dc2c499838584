/**
 * By LiteLLM's prefix of each provider that needs one key, the variable in which LiteLLM looks for that key by itself.
 */
export const keyVariables: Readonly<Partial<Record<string, string>>> = {
  azure: "AZURE_API_KEY",
  groq: "GROQ_API_KEY",
  openai: "OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  cerebras: "CEREBRAS_API_KEY",
  cohere: "COHERE_API_KEY",
  deepinfra: "DEEPINFRA_API_KEY",
  deepseek: "DEEPSEEK_API_KEY",
  fireworks_ai: "FIREWORKS_AI_API_KEY",
  gemini: "GEMINI_API_KEY",
  mistral: "MISTRAL_API_KEY",
  nvidia_nim: "NVIDIA_NIM_API_KEY",
  openrouter: "OPENROUTER_API_KEY",
  perplexity: "PERPLEXITYAI_API_KEY",
  together_ai: "TOGETHERAI_API_KEY",
  xai: "XAI_API_KEY",
};

/** A small chat model of a provider, for where any of its models would do. */
export const smallModels: Readonly<Partial<Record<string, string>>> = {
  groq: "llama-3.3-70b-versatile",
  openai: "gpt-5-nano",
  anthropic: "claude-haiku-4-5",
  gemini: "gemini-2.5-flash-lite",
  mistral: "mistral-small-latest",
};

/** What stands before the first slash of a route, such as groq; undefined where there is none. */
export function prefixOf(upstream: string): string | undefined {
  return upstream.includes("/") ? upstream.split("/", 1)[0] : undefined;
}
