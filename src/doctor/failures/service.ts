import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { formatBytes } from "../../platform/format.ts";
import { isSilent } from "../../readiness/silence.ts";
import type { Evidence, KnownFailure } from "./evidence.ts";
import { allOfLog, failing } from "./tell.ts";

/** How any service breaks. */
export const serviceFailures: readonly KnownFailure[] = [
  {
    proof: "proven",
    tell: (seen) => {
      if (seen.ended?.outOfMemory !== true) return null;
      const { name } = seen.service;
      const fixes = [moreMemory(seen.service), allOfLog(name)];
      const limit = seen.service.run.docker?.memoryBytes;
      const of = limit === undefined ? "" : ` of ${formatBytes(limit)}, which mem_limit allows`;
      return failing("service-out-of-memory", `${name} was killed: it ran out of memory${of}`, seen, { fixes });
    },
  },
  {
    proof: "proven",
    // Where the kernel cannot run the binary, a shell tries to read it as a script, hence the ELF pattern.
    line: /exec format error|no match for platform|: \d+: .{0,3}ELF.*: not found|cannot execute binary file/i,
    tell: (seen, line) =>
      failing(
        "image-architecture",
        `${imageOf(seen.service)} is built for another processor than this machine's`,
        seen,
        {
          line,
          fixes: [
            {
              command: `docker image inspect --format '{{.Architecture}}' ${imageOf(seen.service)}`,
              effect: "shows the processor that it is built for",
            },
            ...another(seen.service),
          ],
        },
      ),
  },
  { proof: "proven", tell: wrongProgram },
  {
    proof: "proven",
    tell: (seen) => {
      const network = /network (\S+) not found/.exec(seen.ended?.startError ?? "")?.[1];
      if (network === undefined) return null;
      return failing("network-missing", `the network of ${seen.service.name} is gone`, seen, {
        more: [seen.ended?.startError ?? ""],
        fixes: [{ command: "goat-dev up", effect: "makes it anew, and the containers on it; volumes stay" }],
      });
    },
  },
  {
    // Ranks above causes that the log only hints at, which may be old. Not for exec probes: their own command may hang.
    proof: "told",
    tell: ({ service, ended, heard }) =>
      ended === null && heard !== null && isSilent(heard.why) && service.ready.kind !== "exec"
        ? hung(service, heard.why)
        : null,
  },
];

/** The image lacks the program that the Compose file starts. */
function wrongProgram(seen: Evidence): GoatError | null {
  const words = [seen.ended?.startError ?? "", ...seen.log].join("\n");
  const program =
    /exec: "([^"]+)": (?:executable file not found|stat .*no such file)/.exec(words)?.[1] ??
    /exec (\S+) failed: No such file or directory/.exec(words)?.[1] ??
    /(?:exec|sh|env|tini|dumb-init|catatonit)[^:\n]*:(?: \d+:)? '?([\w./-]+)'?: (?:not found|No such file or directory)/.exec(
      words,
    )?.[1];
  // Podman's message does not name the program.
  const isUnnamed = /failed to exec pid1: No such file/.test(words);
  const isNotFound = seen.ended?.exitCode === 127 || seen.ended?.exitCode === 126 || program !== undefined || isUnnamed;
  if (!isNotFound || seen.ended === null || seen.engine !== "docker") return null;
  const { name } = seen.service;
  const what = program ?? "the program that the Compose file starts";
  return failing("image-wrong-program", `${imageOf(seen.service)} lacks ${what}: it is no image for ${name}`, seen, {
    more: seen.ended.startError === null ? seen.log.slice(-2) : [seen.ended.startError],
    fixes: [...another(seen.service), allOfLog(name)],
  });
}

function imageOf({ run, name }: ServiceSpec): string {
  return run.docker?.image ?? name;
}

const imageVariables: Readonly<Partial<Record<ServiceSpec["role"], string>>> = {
  database: "POSTGRES_IMAGE",
  tracing: "LANGFUSE_IMAGE",
  gateway: "LITELLM_IMAGE",
};

/** Fixes that say where to choose another image. */
function another({ role, name }: ServiceSpec): readonly Fix[] {
  const variable = imageVariables[role];
  return variable === undefined
    ? [{ command: "goat-dev config", effect: `shows the image of ${name}; name another in the Compose file` }]
    : [{ command: "goat-dev up", effect: `once ${variable} in .env names another, or is taken out: the default fits` }];
}

function moreMemory({ name, run }: ServiceSpec): Fix {
  const limit = run.docker?.memoryBytes;
  return limit === undefined
    ? { command: "docker info --format '{{.MemTotal}}'", effect: "the bytes that the engine has in all: give it more" }
    : { command: "goat-dev up", effect: `once mem_limit of ${name} (${formatBytes(limit)} now) is raised` };
}

/** The error for a service that listens on another port than the published one, so that nothing can reach it. */
export function listensElsewhere(
  { name, ports }: ServiceSpec,
  listens: number,
  evidence: readonly string[],
): GoatError {
  const message = `${name} listens on port ${listens} inside, and port ${ports[0]?.container} is published`;
  return new GoatError("service-port-mismatch", message, {
    service: name,
    evidence,
    fixes: [{ command: "goat-dev config", effect: "shows both: mend --port or the port, then goat-dev up" }],
  });
}

/** Somebody else took its container away. */
export function removedMeanwhile({ name }: ServiceSpec): GoatError {
  return new GoatError("service-removed", `${name} was removed while it was waited for`, {
    service: name,
    fixes: [{ command: "goat-dev up", effect: "makes it anew; volumes stay" }],
  });
}

/** The error for a service whose port accepts connections but gives no answer: its process hangs, or was stopped. */
export function hung({ name }: ServiceSpec, why: string): GoatError {
  return new GoatError("service-hung", `${name} runs and does not answer: it hangs, or its process was stopped`, {
    service: name,
    evidence: [why],
    fixes: [{ command: `goat-dev restart --hard ${name}`, effect: "ends its process and starts it anew" }],
  });
}
