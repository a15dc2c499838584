/** How an image is made where there is none yet. */
export interface BuildSpec {
  /** A folder of this machine, or an address that the engine fetches. */
  readonly context: string;
  /** The path as written, relative to the context; absent where `dockerfileInline` is given. */
  readonly dockerfile?: string;
  readonly dockerfileInline?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly cacheFrom?: readonly string[];
  readonly network?: string;
  readonly noCache?: boolean;
  /** Pull newer base images, even where they are present locally. */
  readonly pull?: boolean;
  /** host:address */
  readonly extraHosts?: readonly string[];
  readonly shmBytes?: number;
  /** Further names of the image. */
  readonly tags?: readonly string[];
  readonly platforms?: readonly string[];
  readonly ulimits?: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>;
}

/** True for an address that the engine fetches itself; false for a folder of this machine. */
export function isRemoteContext(context: string): boolean {
  return /^(?:https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@)/.test(context);
}

/** The name of an image that is built and for which the Compose file has no name. */
export function builtName(project: string, service: string): string {
  return `${project}-${service}`;
}
