/** What went wrong is told at once and at the end, and the other measurements go on; only an interruption ends it all. */
export function createFailures(signal) {
  const list = [];
  const attempt = async (what, work) => {
    signal.throwIfAborted();
    try {
      return { ok: true, value: await work() };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const text = `${what}: ${error instanceof Error ? error.message : error}`;
      list.push(text);
      process.stderr.write(`failed: ${text}\n`);
      return { ok: false };
    }
  };
  return { list, attempt };
}
