import type Docker from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import { isRemoteContext } from "../../model/build.ts";
import type { Operation } from "../../model/plan.ts";
import { formatBytes } from "../../platform/format.ts";
import type { ApplyIo } from "../engine.ts";
import { type BuildContext, openContext } from "./build-context.ts";
import { type BuildDocument, type BuildStep, createBuildOutput } from "./build-output.ts";
import { abortError, engineWords, guarded, statusOf } from "./errors.ts";
import { label } from "./labels.ts";
import { jsonLines } from "./streams.ts";

type BuildImage = Extract<Operation, { type: "build-image" }>;

export interface BuildTools {
  /** True to build with BuildKit, which alone supports `RUN --mount` and the like. */
  readonly isBuildKit: boolean;
  /** True for an image that is not here, and whose registry the user is logged in to. */
  isLocked(image: string, signal: AbortSignal): Promise<boolean>;
  /** Fetches an image; throws image-unavailable. */
  pull(image: string, io: ApplyIo): Promise<void>;
}

/**
 * Builds an image, or pulls it instead where `orPull` allows that. Throws build-failed, with the step that failed
 * and its last lines, and what a pull throws.
 */
export async function build(docker: Docker, op: BuildImage, tools: BuildTools, io: ApplyIo): Promise<void> {
  if (op.orPull && (await isPulled(op, tools, io))) return;
  const isRemote = isRemoteContext(op.build.context);
  const say = (text: string): void => io.progress({ says: "step", text: `building ${op.service}: ${text}` });
  say(isRemote ? `fetching ${op.build.context}` : "reading the folder");
  const context = isRemote ? null : inWords(op, () => openContext(op.build, telling(say)));
  for (const image of basesOf(context?.text ?? "")) {
    // The builder cannot use our registry log-ins, so these images are pulled beforehand.
    if (await tools.isLocked(image, io.signal)) await tools.pull(image, io);
  }
  await guarded({ verb: "build", subject: op.image, service: op.service }, io.signal, () =>
    send(docker, op, { context, tools, say, signal: io.signal }),
  );
}

/** Tries to pull the image first: as in Compose, an image that a registry has is not built. */
async function isPulled({ image }: BuildImage, tools: BuildTools, io: ApplyIo): Promise<boolean> {
  try {
    await tools.pull(image, io);
    return true;
  } catch (error) {
    if (error instanceof GoatError && error.code === "image-unavailable") return false;
    throw error;
  }
}

/** The base images of a Dockerfile (`FROM`); one whose name holds a variable is left to the builder. */
export function basesOf(dockerfile: string): readonly string[] {
  const found = [...dockerfile.matchAll(/^[ \t]*FROM(?:[ \t]+--\S+)*[ \t]+(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)];
  const stages = new Set(found.flatMap(([, , stage]) => (stage === undefined ? [] : [stage.toLowerCase()])));
  const images = found.map(([, image = ""]) => image);
  return [...new Set(images)].filter(
    (image) => !image.includes("$") && image !== "scratch" && !stages.has(image.toLowerCase()),
  );
}

const toldBytes = 16 * 1024 * 1024;

/** Says how much of a large folder has been sent, every 16 MiB. */
function telling(say: (text: string) => void): (bytes: number) => void {
  let next = toldBytes;
  return (bytes) => {
    if (bytes < next) return;
    next = bytes + toldBytes;
    say(`sending its folder, ${formatBytes(bytes)}`);
  };
}

interface Sending {
  readonly context: BuildContext | null;
  readonly tools: BuildTools;
  say(text: string): void;
  readonly signal: AbortSignal;
}

async function send(docker: Docker, op: BuildImage, { context, tools, say, signal }: Sending): Promise<void> {
  const unreadable = new AbortController();
  context?.tar.on("error", (error) => unreadable.abort(error));
  const abortSignal = AbortSignal.any([signal, unreadable.signal]);
  const output = createBuildOutput();
  try {
    const query = queryOf(op, context, tools.isBuildKit);
    // `_query`, because dockerode's types take strings only where the engine takes lists (`t`, `extrahosts`).
    const options = { _query: query, abortSignal };
    const stream = await docker.buildImage(context?.tar as NodeJS.ReadableStream, options);
    for await (const document of jsonLines(stream as AsyncIterable<Uint8Array>)) {
      const { error, errorDetail } = document as BuildDocument;
      if (error !== undefined) throw stepFailed(op, errorDetail?.message ?? error, output.failed(), context);
      const step = output.add(document as BuildDocument);
      if (step !== null) say(cut(step.name));
    }
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    if (unreadable.signal.aborted) throw named(op, unreadable.signal.reason);
    if (error instanceof GoatError || statusOf(error) === undefined) throw error;
    throw stepFailed(op, engineWords(error), null, context);
  } finally {
    context?.tar.destroy();
  }
}

function queryOf(op: BuildImage, context: BuildContext | null, isBuildKit: boolean) {
  const { args, target, network, cacheFrom, extraHosts, shmBytes, noCache, pull, tags = [], ulimits } = op.build;
  const { dockerfile, context: address } = op.build;
  const platform = op.build.platforms?.[0] ?? op.platform;
  const limits = Object.entries(ulimits ?? {}).map(([Name, { soft, hard }]) => ({ Name, Soft: soft, Hard: hard }));
  return {
    t: [op.image, ...tags],
    ...(isBuildKit ? { version: "2" } : {}),
    ...(context === null ? { remote: address, dockerfile } : { dockerfile: context.dockerfile }),
    // Remove intermediate containers, also those of a failed build.
    rm: true,
    forcerm: true,
    buildargs: JSON.stringify(args),
    labels: JSON.stringify(labelsOf(op)),
    ...(target === undefined ? {} : { target }),
    ...(network === undefined ? {} : { networkmode: network }),
    ...(cacheFrom === undefined ? {} : { cachefrom: JSON.stringify(cacheFrom) }),
    ...(extraHosts === undefined ? {} : { extrahosts: extraHosts }),
    ...(shmBytes === undefined ? {} : { shmsize: shmBytes }),
    ...(limits.length === 0 ? {} : { ulimits: JSON.stringify(limits) }),
    ...(platform === undefined ? {} : { platform }),
    ...(noCache === true ? { nocache: true } : {}),
    ...(pull === true ? { pull: true } : {}),
  };
}

/** The build's own labels, and Compose's, by which it finds the images built for a project. */
function labelsOf({ build, stack, service }: BuildImage): Readonly<Record<string, string>> {
  return { ...build.labels, [label.project]: stack, [label.service]: service };
}

const shownLength = 60;

function cut(name: string): string {
  return name.length > shownLength ? `${name.slice(0, shownLength)}…` : name;
}

function inWords<T>(op: BuildImage, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw named(op, error);
  }
}

/** Names the service in an error of ours; other errors stay as they are. */
function named({ service }: BuildImage, error: unknown): unknown {
  if (!(error instanceof GoatError)) return error;
  return new GoatError(error.code, `${service} cannot be built: ${error.message}`, { cause: error, service });
}

function stepFailed(op: BuildImage, words: string, step: BuildStep | null, context: BuildContext | null): GoatError {
  const { service } = op;
  const code = /(?:exit code: |non-zero code: )(\d+)/.exec(words)?.[1];
  const where = step === null || step.name === "" ? "" : `${cut(step.name)}: `;
  const said = code === undefined ? words.replace(/^.*failed to create LLB definition: /, "") : `status ${code}`;
  const place = context?.shown;
  const again = `goat-dev up ${service}`;
  return new GoatError("build-failed", `${service} cannot be built: ${where}${said}`, {
    service,
    evidence: step === null || step.lines.length === 0 ? [words] : step.lines.slice(-shownLines),
    fixes: [
      place?.startsWith("/") === true
        ? { command: `$EDITOR ${place}`, effect: `then: ${again}` }
        : { command: again, effect: "builds it again, once what it is built from is fixed" },
    ],
  });
}

const shownLines = 10;
