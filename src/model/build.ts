/** How an image is made where there is none yet. */
export interface BuildSpec {
  /** A folder of this machine, or an address that the engine fetches. */
  readonly context: string;
  /** As written, from the context's folder; absent where the text itself is given. */
  readonly dockerfile?: string;
  readonly dockerfileInline?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly cacheFrom?: readonly string[];
  readonly network?: string;
  readonly noCache?: boolean;
  /** Fetch newer images to build on, even where they are here. */
  readonly pull?: boolean;
  /** host:address */
  readonly extraHosts?: readonly string[];
  readonly shmBytes?: number;
  /** Names beside the image's own. */
  readonly tags?: readonly string[];
  readonly platforms?: readonly string[];
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
}

/** True for what the engine fetches itself: no folder of this machine. */
export function isRemoteContext(context: string): boolean {
  return /^(?:https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@)/.test(context);
}

/** What an image is called that is built and has no name of its own. */
export function builtName(project: string, service: string): string {
  return `${project}-${service}`;
}
