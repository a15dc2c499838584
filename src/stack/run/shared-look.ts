/**
 * Runs one look at a time for all callers. A call during a look shares the next one with others, so nobody gets a
 * result from before they asked.
 */
export function sharedLook<T>(look: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    const begun = look().finally(() => {
      running = null;
    });
    running = begun;
    return begun;
  };
  return () => {
    if (running === null) return begin();
    next ??= running.then(ignore, ignore).then(() => {
      next = null;
      return begin();
    });
    return next;
  };
}

function ignore(): void {}
