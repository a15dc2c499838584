import type { Role } from "../model/stack.ts";

/**
 * Images that work together, which are the shipped Compose file's defaults: LiteLLM 1.104 and newer cannot trace to
 * Langfuse 2.
 */
export const pinnedImages = {
  POSTGRES_IMAGE: "postgres:16",
  LANGFUSE_IMAGE: "langfuse/langfuse:2.95.12",
  LITELLM_IMAGE: "ghcr.io/berriai/litellm:v1.103.10",
} as const;

export type ImageVariable = keyof typeof pinnedImages;

/** A product, with the names of its images, also in a company's registry that mirrors them. */
interface Product {
  readonly role: Role;
  readonly variable: ImageVariable;
  readonly names: RegExp;
}

/** A registry's host and folders, or nothing. */
const mirror = String.raw`^(?:(?:localhost|[\w-]*[.:][\w.:-]*)\/(?:[\w.-]+\/)*)?`;

export const products: readonly Product[] = [
  { role: "database", variable: "POSTGRES_IMAGE", names: new RegExp(`${mirror}(?<!supabase/)(?:library/)?postgres$`) },
  { role: "tracing", variable: "LANGFUSE_IMAGE", names: new RegExp(`${mirror}langfuse/langfuse$`) },
  {
    role: "gateway",
    variable: "LITELLM_IMAGE",
    names: new RegExp(`${mirror}(?:berriai|litellm)/litellm(?:-database|-non_root)?$`),
  },
];
