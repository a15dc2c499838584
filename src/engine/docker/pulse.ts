import { GoatError } from "../../errors/goat-error.ts";
import { onPodman } from "../../errors/podman.ts";
import { deadline } from "../../platform/deadline.ts";
import type { Reader } from "./reader.ts";

export interface Pulse {
  /**
   * Fires, with the error as its reason, once the engine hangs and answers nothing. Where the engine has exited, its
   * calls fail by themselves.
   */
  readonly lost: AbortSignal;
  stop(): void;
}

/** Pings the engine at intervals to see whether it still answers: how long another call takes does not tell. */
export function startPulse(reader: Reader, isPodman: boolean): Pulse {
  const [lost, stop] = [new AbortController(), new AbortController()];
  let silences = 0;
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    silences = (await isSilent(reader, stop.signal)) ? silences + 1 : 0;
    if (stop.signal.aborted) return;
    // Several in a row: a single one may only mean that this machine was asleep.
    if (silences === maxSilences) lost.abort(isPodman ? onPodman(silent()) : silent());
    else wait(silences === 0 ? beatMs : 0);
  };
  const wait = (ms: number): void => {
    timer = setTimeout(() => void beat(), ms).unref();
  };
  wait(beatMs);
  return {
    lost: lost.signal,
    stop: () => {
      clearTimeout(timer);
      stop.abort();
    },
  };
}

const beatMs = 3_000;

const answerLimitMs = 5_000;

const maxSilences = 3;

async function isSilent(reader: Reader, signal: AbortSignal): Promise<boolean> {
  using limit = deadline(signal, answerLimitMs);
  try {
    (await reader.stream("/_ping", limit.signal, {})).resume();
    return false;
  } catch {
    return limit.isOver();
  }
}

function silent(): GoatError {
  const seconds = (answerLimitMs * maxSilences) / 1000;
  return new GoatError("engine-unreachable", `the engine has not answered for ${seconds} s`, {
    fixes: [
      { command: "docker version", effect: "says whether the engine answers" },
      { command: "sudo systemctl restart docker", effect: "starts it anew on Linux, with the containers that it ran" },
    ],
  });
}
