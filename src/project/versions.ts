/** The images that fit together, as the shipped Compose file defaults to them: LiteLLM 1.104 and newer cannot trace to Langfuse 2. */
export const pinnedImages = {
  POSTGRES_IMAGE: "postgres:16",
  LANGFUSE_IMAGE: "langfuse/langfuse:2.95.12",
  LITELLM_IMAGE: "ghcr.io/berriai/litellm:v1.103.10",
} as const;
