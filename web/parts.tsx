import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Refused } from "./server.ts";

/** What went wrong, and what to type. */
export function Trouble({ error, retry }: { readonly error: Refused; readonly retry?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>{error.message}</p>
      {(error.fixes ?? []).map(({ command, effect }) => (
        <p key={command}>
          <kbd>{command}</kbd> <span class="dim">{effect}</span>
        </p>
      ))}
      {retry === undefined ? null : (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function CopyButton({
  text,
  children,
}: {
  readonly text: () => string | Promise<string>;
  readonly children: ComponentChildren;
}) {
  const [said, setSaid] = useState<string | null>(null);
  const copy = async (): Promise<void> => {
    const done = await Promise.resolve(text())
      .then((value) => navigator.clipboard.writeText(value))
      .then(
        () => "Copied",
        () => "Could not copy",
      );
    setSaid(done);
    setTimeout(() => setSaid(null), 1_500);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said ?? children}</span>
    </button>
  );
}
