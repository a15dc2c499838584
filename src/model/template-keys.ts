/** The keys that the shipped files hold: whoever has them reads them there, so none of them is a secret. */
export const templateKeys = {
  LITELLM_MASTER_KEY: "sk-dev-key",
  LITELLM_SALT_KEY: "goat-dev-local-only",
} as const;
