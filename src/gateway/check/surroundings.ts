/** What the gateway that reads a config is given. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Variables that reach it; null where that is not known. */
  readonly passed: readonly string[] | null;
  /** Where more of them can be passed on. */
  readonly passedBy: string;
  /** True for the cloud's gateway, which has no database. */
  readonly stateless: boolean;
}
