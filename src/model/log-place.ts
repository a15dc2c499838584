/** How far a log was read: the time of the last line that has one, and how many lines of that time were read. */
export interface LogPlace {
  readonly at: string;
  readonly count: number;
}

interface Timed {
  /** Null where the line has no time: it counts with the line before. */
  readonly at: string | null;
}

/** The place after one more line; null where no line had a time so far. */
export function placeAfter(place: LogPlace | null, { at }: Timed): LogPlace | null {
  if (at === null || at === place?.at) return place && { at: place.at, count: place.count + 1 };
  return { at, count: 1 };
}

/** The lines after `place`; `lines` has to begin with the first line of that time. */
export async function* linesBehind<T extends Timed>(lines: AsyncIterable<T>, place: LogPlace): AsyncGenerator<T> {
  let left = place.count;
  for await (const line of lines) {
    const isRead = left > 0 && (line.at === place.at || line.at === null);
    left = isRead ? left - 1 : 0;
    if (!isRead) yield line;
  }
}
