/** The keys in the shipped files. Anybody can read them there, so none of them is a secret. */
export const templateKeys = {
  LITELLM_MASTER_KEY: "sk-dev-key",
  LITELLM_SALT_KEY: "goat-dev-local-only",
} as const;
