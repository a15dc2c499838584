import { GoatError } from "../../errors/goat-error.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { address } from "../../gateway/edit/new-entry.ts";
import { askLocalServers, defaultPlaces, type OfferedModel } from "../../gateway/local-servers.ts";
import { isLoopback, seenFromContainer } from "../../gateway/this-machine.ts";
import { answersContainers } from "../../platform/ports.ts";
import { list, nearest } from "../../platform/text.ts";
import type { EngineKind } from "../../project/settings.ts";
import type { App } from "../app.ts";
import { engineRequest } from "../project.ts";
import { add } from "./add.ts";
import type { ModelsChangeReport } from "./change.ts";
import { type ModelsProject, openModels } from "./open.ts";

export interface DiscoverInput {
  /** Addresses of servers to ask instead of the usual ones. */
  readonly urls: readonly string[];
  /** The name of a discovered model that is to be added to the configs. */
  readonly add: string | undefined;
  /** Nobody is asked. */
  readonly yes: boolean;
}

export interface DiscoverReport {
  /** The addresses that were asked. */
  readonly asked: readonly string[];
  readonly models: readonly DiscoveredModel[];
  /** What a user should know beside it. */
  readonly remarks: readonly string[];
}

interface DiscoveredModel {
  /** The name under which programs could ask for it. */
  readonly name: string;
  readonly product: string;
  /** As the server calls it. */
  readonly upstream: string;
  readonly mode: "chat" | "embedding";
  /** Where this machine reaches it. */
  readonly url: string;
  /** Where the gateway reaches it. */
  readonly apiBase: string;
  /** The config has a route to it. */
  readonly routed: boolean;
  /** False where the server listens on the loopback alone, and the gateway runs in a container. */
  readonly reachable: boolean;
}

/**
 * Finds the models that servers of this machine offer; with `add`, puts one of them into the configs.
 * Throws usage, and what `add` throws.
 */
export async function discover(input: DiscoverInput, app: App): Promise<DiscoverReport | ModelsChangeReport> {
  const project = await openModels(app, "own");
  const asked = input.urls.length > 0 ? input.urls.map((url) => address("--url", url)) : defaultPlaces;
  const models = await lookFor(asked, project, app);
  if (input.add !== undefined) return addFound(input.add, models, input.yes, app);
  const remarks = new Set(models.filter(({ reachable }) => !reachable).map(loopbackRemark));
  return { asked, models, remarks: [...remarks] };
}

async function lookFor(
  asked: readonly string[],
  project: ModelsProject,
  app: App,
): Promise<readonly DiscoveredModel[]> {
  const servers = await askLocalServers(asked, app.signal);
  const { routes } = readGatewayConfig(project.local.text, project.local.path);
  const { wanted, recorded } = engineRequest(project.session);
  const engine = wanted ?? recorded ?? "docker";
  const found = servers.map(async ({ url, product, models }) => {
    const apiBase = engine === "docker" ? seenFromContainer(url) : url;
    const reachable = await isReachable(url, engine, app);
    const isRouted = (model: OfferedModel): boolean =>
      routes.some((route) => route.upstream === routeOf(model) && [url, apiBase].includes(route.apiBase ?? ""));
    return models.map((model) => {
      const { name, id, mode } = model;
      return { name, product, upstream: id, mode, url, apiBase, routed: isRouted(model), reachable };
    });
  });
  return (await Promise.all(found)).flat();
}

/**
 * Whether the gateway reaches a server of this machine. Docker Desktop lets containers reach the loopback as well; on
 * Linux they reach only servers that listen on another address, too.
 */
async function isReachable(url: string, engine: EngineKind, { platform }: App): Promise<boolean> {
  if (engine === "embedded" || platform !== "linux" || !isLoopback(url)) return true;
  const { port, protocol } = new URL(url);
  return answersContainers(Number(port) || (protocol === "https:" ? 443 : 80));
}

/** They all speak OpenAI's protocol; llama.cpp serves one model, whatever it is called. */
function routeOf({ id, name }: OfferedModel): string {
  return `openai/${id.endsWith(".gguf") ? name : id}`;
}

async function addFound(
  name: string,
  models: readonly DiscoveredModel[],
  yes: boolean,
  app: App,
): Promise<ModelsChangeReport> {
  const [found, ...others] = models.filter((model) => model.name === name);
  if (found === undefined || others.length > 0) throw notOne(name, models);
  const { upstream, mode, apiBase, reachable } = found;
  const route = routeOf({ id: upstream, name, mode });
  const added = await add(
    { names: [name], route, apiBase, vllm: false, yes, ...(mode === "chat" ? {} : { mode }) },
    app,
  );
  return reachable ? added : { ...added, remarks: [...added.remarks, loopbackRemark(found)] };
}

/** How each is told to listen on more than the loopback. */
const listening: Readonly<Partial<Record<string, string>>> = {
  Ollama: "OLLAMA_HOST=0.0.0.0 ollama serve",
  "LM Studio": "Serve on Local Network, in its settings",
  vLLM: "vllm serve … --host 0.0.0.0",
  "llama.cpp": "llama-server … --host 0.0.0.0",
};

/** What to do about a server that no container reaches. */
function loopbackRemark({ product, url }: Pick<DiscoveredModel, "product" | "url">): string {
  const remedy = listening[product] ?? "let it listen on 0.0.0.0";
  return `${product} at ${url} listens only on the loopback, which no container can reach: ${remedy}`;
}

function notOne(name: string, models: readonly DiscoveredModel[]): GoatError {
  const servers = models.filter((model) => model.name === name).map(({ url }) => url);
  if (servers.length > 1) {
    return new GoatError("usage", `${name} is served by ${list(servers)}`, {
      fixes: [{ command: `goat-dev models discover --url ${servers[0]} --add ${name}`, effect: "takes one of them" }],
    });
  }
  const names = models.map((model) => model.name);
  const near = nearest(name, names);
  return new GoatError("usage", `no server of this machine offers ${name}`, {
    fixes: [
      near === undefined
        ? { command: "goat-dev models discover", effect: "shows what there is" }
        : { command: `goat-dev models discover --add ${near}`, effect: "perhaps this was meant" },
    ],
  });
}
