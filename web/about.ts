import { createContext } from "preact";

/** Whose page this is. */
export interface About {
  readonly stack: string;
  readonly version: string;
  readonly views: readonly string[];
  /** What answers in Langfuse's place, on its own page. */
  readonly note?: string;
}

export const AboutContext = createContext<About | null>(null);
