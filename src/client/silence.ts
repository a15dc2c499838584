/** An answer that began and then stopped. */
export class SilentAnswer extends Error {
  override readonly name = "SilentAnswer";
}

/** A fetch that fails when an answer's body pauses longer than the limit; the caller limits the wait for headers. */
export function endingSilence(send: typeof fetch, limitMs: number): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.body === null) return response;
    return new Response(limited(response.body, response.status, limitMs), response);
  };
}

function limited(body: ReadableStream<Uint8Array>, status: number, limitMs: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      const next = await within(reader.read(), limitMs);
      if (next === null) {
        void reader.cancel().catch(() => undefined);
        throw new SilentAnswer(`${status}, then nothing for ${limitMs / 1_000} s`);
      }
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Null where it takes longer. */
async function within<T>(work: Promise<T>, limitMs: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
