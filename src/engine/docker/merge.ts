/** Takes from all sources as values arrive; order between sources is chance. */
export const mergeByArrival = async function* <T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  type Step = { readonly index: number; readonly result: IteratorResult<T> };
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const step = async (index: number): Promise<Step | null> => {
    const result = await iterators[index]?.next();
    return result === undefined ? null : { index, result };
  };
  const waiting = new Map(iterators.map((_, index) => [index, step(index)]));
  while (waiting.size > 0) {
    const next = await Promise.race(waiting.values());
    if (next === null) return;
    if (next.result.done) waiting.delete(next.index);
    else {
      waiting.set(next.index, step(next.index));
      yield next.result.value;
    }
  }
};

/** Merges sources that are each in order into one that is; equal values keep the sources' order. */
export const mergeInOrder = async function* <T>(
  sources: readonly AsyncIterable<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let best = -1;
    let value: T | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done || (best !== -1 && compare(head.value, value as T) >= 0)) continue;
      best = index;
      value = head.value;
    }
    const iterator = iterators[best];
    if (iterator === undefined) return;
    yield value as T;
    heads[best] = await iterator.next();
  }
};
