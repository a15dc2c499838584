import { nearest } from "../model/nearest.ts";
import { providers } from "./keys.ts";

/** Where variables come from. */
export interface Sources {
  /** What the env files alone say. */
  readonly written: Readonly<Record<string, string>>;
  readonly shell: Readonly<Record<string, string | undefined>>;
  /** Variable -> `.env:12`, as people read it; `earlier` is the line of an assignment above it that is not empty. */
  readonly places: Readonly<Record<string, { readonly text: string; readonly earlier?: number }>>;
}

/** Notes on why a provider's key is not found although somebody has written it. */
export function keyNotes(sources: Sources): readonly string[] {
  const suspects = Object.entries(sources.written)
    .filter(([name, value]) => value.trim() !== "" && !known.includes(name) && likeAKey.test(name))
    .map(([name]) => ({ name, near: name.length > 6 ? nearest(name, known) : undefined }));
  return known.flatMap((name) => noteOn(name, sources, suspects) ?? []);
}

const known = providers.flatMap(({ variables }) => variables);

const likeAKey = /key|base|groq|openai|azure|anthropic/i;

/** A variable that is set, and may be meant for a provider: `near` is the one whose name it comes closest to. */
interface Suspect {
  readonly name: string;
  readonly near: string | undefined;
}

function noteOn(name: string, { written, shell, places }: Sources, suspects: readonly Suspect[]): string | null {
  const place = places[name];
  if (isEmpty(shell[name]) && !isEmpty(written[name] ?? "")) {
    return `${name} is empty in this shell, which wins over ${place?.text ?? ".env"}: unset ${name}`;
  }
  if (place?.earlier !== undefined && isEmpty(written[name])) {
    return `${name} is set in line ${place.earlier}, and set again to nothing in ${place.text}, which counts: take that line out`;
  }
  if (!isEmpty(written[name] ?? "") || !isEmpty(shell[name] ?? "")) return null;
  const misspelt = suspects.find((other) => isMisspelt(other, name))?.name;
  return misspelt === undefined
    ? null
    : `${misspelt} (${places[misspelt]?.text ?? ".env"}) is read by nothing: it is called ${name}`;
}

/** True where a variable is set to nothing; false where it is not set at all. */
function isEmpty(value: string | undefined): boolean {
  return value !== undefined && value.trim() === "";
}

/** True where the other name is the same but for case and punctuation, or closest to this one. */
function isMisspelt(other: Suspect, name: string): boolean {
  const plain = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z]/g, "");
  return plain(other.name) === plain(name) || other.near === name;
}
