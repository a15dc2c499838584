import { type EngineKind, engineKinds } from "./settings.ts";
import type { State } from "./state.ts";

/** What the next command has to know of the last `up`. */
export interface StackState {
  /** What the stack was brought up on; its data lies there. Null before the first `up`, and once the data is deleted. */
  readonly engine: EngineKind | null;
  /** Its models answer from the config, without a provider. */
  readonly demo: boolean;
}

const file = "last-up.json";

export const readStackState = (state: State): StackState => {
  const kept = state.readJson(file);
  const fields: Readonly<Record<string, unknown>> = typeof kept === "object" && kept !== null ? { ...kept } : {};
  return {
    engine: engineKinds.find((kind) => kind === fields["engine"]) ?? null,
    demo: fields["demo"] === true,
  };
};

/** Returns a warning where it cannot be kept. */
export const writeStackState = async (state: State, value: StackState): Promise<string | null> => {
  const before = readStackState(state);
  if (before.engine === value.engine && before.demo === value.demo) return null;
  const kept = await state.writeJson(file, value);
  return kept.ok ? null : kept.warning;
};
