import type { App } from "../app/app.ts";
import type { Given, Properties } from "./input.ts";

/** One thing that an agent can ask for. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Null for a tool that only reads. */
  readonly changes: Changes | null;
  readonly properties: Properties;
  readonly required?: readonly string[];
  /** Loads the app's function and calls it. */
  call(given: Given, app: App): Promise<unknown>;
}

/** The protocol's hints about a tool, by which an agent may have to ask its user first. */
export interface Changes {
  /** It takes something away. */
  readonly destructive: boolean;
  /** Calling it again changes nothing more. */
  readonly idempotent: boolean;
  /** It reaches beyond this machine. */
  readonly openWorld: boolean;
}

export const services = {
  type: "array",
  items: { type: "string" },
  description: "names of services; all where left out",
} as const;

/** No tool takes over another folder's stack. */
export const own = { takeOver: false, yes: false };

export const upInput = { services: [], demo: false, build: false, set: [], ...own };
