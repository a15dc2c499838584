export interface Merge<T> {
  /** Sources may join while others are read. */
  add(source: AsyncIterable<T>): void;
  /**
   * Values as they arrive, until every source has ended, in no fixed order between sources. Throws the first error of a
   * source, after the values before it. When the reader stops, each source is closed, at its next value at the latest.
   */
  values(): AsyncGenerator<T>;
}

interface Offer<T> {
  readonly value: T;
  take(): void;
}

/**
 * Merges several async sources into one. A source continues only once its last value was taken, so nothing piles up,
 * and a silent source does not hold up the others.
 */
export function createMerge<T>(): Merge<T> {
  const offers: Offer<T>[] = [];
  let running = 0;
  let failed: { readonly error: unknown } | null = null;
  let isOver = false;
  let wake = (): void => undefined;
  const pump = async (source: AsyncIterable<T>): Promise<void> => {
    for await (const value of source) {
      if (isOver) return;
      await new Promise<void>((take) => {
        offers.push({ value, take });
        wake();
      });
      if (isOver) return;
    }
  };
  const add = (source: AsyncIterable<T>): void => {
    running += 1;
    const end = (failure: typeof failed): void => {
      running -= 1;
      failed ??= failure;
      wake();
    };
    pump(source).then(
      () => end(null),
      (error: unknown) => end({ error }),
    );
  };
  async function* values(): AsyncGenerator<T> {
    try {
      for (;;) {
        const next = offers.shift();
        if (next !== undefined) {
          next.take();
          yield next.value;
          continue;
        }
        if (failed !== null) throw failed.error;
        if (running === 0) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      isOver = true;
      for (const { take } of offers) take();
    }
  }
  return { add, values };
}
