import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { nearest } from "../../model/nearest.ts";

/** The settings of LiteLLM and Langfuse that decide whether traces can get from one to the other. */
export interface TracePath {
  /** Names in the Compose file. */
  readonly gateway: string;
  readonly tracing: string;
  /** The LiteLLM config, as messages name it. */
  readonly config: string;
  readonly callbacks: readonly string[];
  /** The gateway's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly publicKey: string;
  readonly secretKey: string;
  /** Ports on which Langfuse listens inside the network. */
  readonly ports: readonly number[];
  /** All services' names, which are the host names in the stack's network. */
  readonly services: readonly string[];
  /** Langfuse's major version; null where its image does not tell it. */
  readonly tracingMajor: number | null;
}

const callback = "langfuse";

/** True where the config names no Langfuse callback, not even misspelt: that is the user's choice, no mistake. */
export function sendsNoTraces({ callbacks }: Pick<TracePath, "callbacks">): boolean {
  return callbacks.length === 0 || callbacks.every((name) => !isLangfuse(name) && misspelt(name) === undefined);
}

/** The error that keeps traces from arriving, as far as both services' settings show it; null where they show none. */
export function traceObstacle(path: TracePath): GoatError | null {
  return wrongCallback(path) ?? wrongKeys(path) ?? wrongHost(path);
}

function isLangfuse(name: string): boolean {
  return name === callback || name === "langfuse_otel";
}

function misspelt(name: string): string | undefined {
  return isLangfuse(name) ? undefined : nearest(name, [callback]);
}

function wrongCallback({ callbacks, config, gateway, tracing, tracingMajor }: TracePath): GoatError | null {
  if (callbacks.includes(callback)) return null;
  const again: Fix = { command: "goat-dev up --example", effect: `once ${config} says success_callback: ["langfuse"]` };
  if (callbacks.includes("langfuse_otel") && (tracingMajor ?? 2) < 3) {
    return new GoatError(
      "trace-callback-unfit",
      `the callback langfuse_otel speaks to Langfuse 3 and newer, ${tracing} is Langfuse 2`,
      {
        service: gateway,
        evidence: [`${config}: langfuse_otel sends to /api/public/otel, which Langfuse 2 does not have`],
        fixes: [again],
      },
    );
  }
  const wrong = callbacks.find((name) => misspelt(name) !== undefined);
  if (wrong === undefined) return null;
  return new GoatError("trace-callback-unknown", `LiteLLM knows no callback ${wrong}: langfuse is meant`, {
    service: gateway,
    evidence: [`${config}: success_callback names ${wrong}`],
    fixes: [again],
  });
}

function wrongKeys({ environment, publicKey, secretKey, gateway, tracing }: TracePath): GoatError | null {
  const pairs = [
    ["LANGFUSE_PUBLIC_KEY", publicKey],
    ["LANGFUSE_SECRET_KEY", secretKey],
  ] as const;
  const differing = pairs.filter(([name, value]) => value !== "" && (environment[name] ?? "") !== value);
  if (differing.length === 0) return null;
  const names = differing.map(([name]) => name);
  const what = names.some((name) => (environment[name] ?? "") !== "") ? "is not" : "is missing, and has to be";
  return new GoatError(
    "trace-keys-differ",
    `${names.join(" and ")} of ${gateway} ${what} the one that ${tracing} was made with`,
    {
      service: gateway,
      evidence: names.map((name) => `${gateway}: ${name}; ${tracing}: ${initNames[name]}`),
      fixes: [
        {
          command: "goat-dev config",
          effect: "shows both; give both the same variable in the Compose file, then goat-dev up",
        },
      ],
    },
  );
}

const initNames = {
  LANGFUSE_PUBLIC_KEY: "LANGFUSE_INIT_PROJECT_PUBLIC_KEY",
  LANGFUSE_SECRET_KEY: "LANGFUSE_INIT_PROJECT_SECRET_KEY",
} as const;

function wrongHost(path: TracePath): GoatError | null {
  const { environment, gateway, tracing, ports } = path;
  const host = environment["LANGFUSE_HOST"] || environment["LANGFUSE_BASE_URL"] || "";
  const right = `http://${tracing}:${ports[0] ?? 3000}`;
  const why = hostProblem(host, path);
  if (why === null) return null;
  return new GoatError("trace-host-wrong", `LANGFUSE_HOST of ${gateway} ${why}`, {
    service: gateway,
    evidence: [host === "" ? `${gateway} has no LANGFUSE_HOST` : `${gateway}: LANGFUSE_HOST=${host}`],
    fixes: [{ command: "goat-dev up", effect: `once the Compose file says LANGFUSE_HOST=${right}` }],
  });
}

/** Reports only hosts that are surely wrong: an unknown name may be valid on this machine or in another network. */
function hostProblem(host: string, { tracing, ports, services }: TracePath): string | null {
  if (host === "") return "is not set: traces go to Langfuse's cloud";
  const url = host.includes("://") ? host : `http://${host}`;
  if (!URL.canParse(url)) return "is no address";
  const { hostname, port, protocol } = new URL(url);
  if (["localhost", "127.0.0.1", "[::1]"].includes(hostname))
    return "is this machine, which inside the gateway's container is the container";
  if (hostname === tracing) {
    const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
    return ports.includes(number)
      ? null
      : `names port ${number}, and ${tracing} listens on ${ports.join(" and ")} inside the network`;
  }
  if (services.includes(hostname)) return `is ${hostname}, which is another service`;
  const near = hostname.includes(".") ? undefined : nearest(hostname, [tracing]);
  return near === undefined ? null : `is ${hostname}, which no service is called: ${tracing} is meant`;
}
