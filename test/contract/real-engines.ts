import { request } from "node:http";
import { homedir } from "node:os";
import { createDockerEngine } from "../../src/engine/docker/docker-engine.ts";
import { startPodman } from "../support/podman.ts";
import { asDocker, nowhere } from "./harnesses.ts";
import { type Harness, limitMs, printInside, type Rig } from "./rig.ts";

/** Podman 4.3 stamps lines by the second, forgets why a container could not start, and complains of input that nobody reads. */
const asPodman = { ...asDocker, stampsFinely: false, keepsStartErrors: false, tellsUnreadInput: true } as const;

/** Real Docker, or what DOCKER_HOST names instead of it, where an engine and a base image are here. GOAT_DEV_REQUIRE_ENGINES=1 makes their absence a failure. */
export const realDocker = async (): Promise<Harness> => {
  const found = await findImage(process.env);
  if ("skip" in found) return absent("docker", found.skip);
  return harnessOf(found, process.env);
};

/** Podman's own service, which takes its image from Docker; where it is installed. */
export const realPodman = async (): Promise<Harness & AsyncDisposable> => {
  const docker = await findImage(process.env);
  const noPodman = (why: string) => ({ ...absent("Podman", why), [Symbol.asyncDispose]: async () => undefined });
  if ("skip" in docker) return noPodman(docker.skip);
  const service = await startPodman([docker.image]);
  if ("skip" in service) return noPodman(service.skip);
  return {
    ...harnessOf({ image: `localhost/${docker.image}`, product: "Podman" }, { DOCKER_HOST: service.host }),
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
};

type Environment = Readonly<Record<string, string | undefined>>;

interface Found {
  readonly image: string;
  readonly product: string;
}

interface Skip {
  readonly skip: string;
}

function absent(product: string, why: string): Harness {
  if (process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1") {
    throw new Error(`GOAT_DEV_REQUIRE_ENGINES is set, but: ${why}`);
  }
  return { name: `real ${product}`, ...asDocker, skip: why, open: () => Promise.reject(new Error(why)) };
}

function harnessOf({ image, product }: Found, env: Environment): Harness {
  return {
    name: `real ${product}`,
    ...(product === "Podman" ? asPodman : asDocker),
    async open(): Promise<Rig> {
      const engine = createDockerEngine({ env, home: homedir() });
      return {
        engine,
        image,
        print: (container, line) => printInside(engine, container, line),
        pause: async (container) => {
          const { endpoint } = await engine.probe(AbortSignal.timeout(limitMs));
          await askEngine(endpoint, "POST", `/containers/${container}/pause`);
        },
        unreachable: nowhere,
        [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
      };
    },
  };
}

async function findImage(env: Environment): Promise<Found | Skip> {
  await using engine = createDockerEngine({ env, home: homedir() });
  try {
    const { endpoint, product = "docker" } = await engine.probe(AbortSignal.timeout(10_000));
    const image = env["BASE_IMAGE"] || (await newestBase(endpoint));
    return image === null ? { skip: "no goat-test/base image: npm run test:images" } : { image, product };
  } catch (error) {
    return { skip: error instanceof Error ? error.message : String(error) };
  }
}

interface LocalImage {
  readonly Created: number;
  readonly RepoTags: readonly string[] | null;
}

/** The newest image of test/images' base that the engine has; null where it has none. */
async function newestBase(endpoint: string): Promise<string | null> {
  const path = `/images/json?filters=${encodeURIComponent(JSON.stringify({ reference: ["goat-test/base"] }))}`;
  const images: readonly LocalImage[] = JSON.parse(await askEngine(endpoint, "GET", path));
  return images.toSorted((a, b) => b.Created - a.Created)[0]?.RepoTags?.[0] ?? null;
}

/** Asks the engine behind goat-dev's back. */
function askEngine(endpoint: string, method: "GET" | "POST", path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: endpoint.replace("unix://", ""), method, path }, (response) => {
      response.setEncoding("utf8");
      let all = "";
      response.on("data", (chunk: string) => {
        all += chunk;
      });
      response.on("end", () => resolve(all));
    });
    asked.on("error", reject);
    asked.end();
  });
}
