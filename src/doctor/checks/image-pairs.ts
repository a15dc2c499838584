import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { Role, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { type CheckResult, problem, warning } from "../check.ts";
import { shippedImage } from "../failures/tell.ts";

/** Finds images that do not fit each other or the Compose file, as far as their tags tell the version. */
export function checkImagePairs(stack: StackSpec): readonly CheckResult[] {
  const of = (role: Role): ServiceSpec | undefined => stack.services.find((service) => service.role === role);
  const [database, tracing, gateway] = [of("database"), of("tracing"), of("gateway")];
  const found: CheckResult[] = [];
  const postgres = versionOf(database, /^(?:docker\.io\/)?(?:library\/)?postgres$/);
  const langfuse = versionOf(tracing, /^(?:[\w.-]+\/)?langfuse\/langfuse$/);
  const litellm = versionOf(gateway, /^(?:[\w.-]+\/)?(?:berriai|litellm)\/litellm(?:-database|-non_root)?$/);
  if (database !== undefined && postgres !== null && postgres.major >= 18 && mountsOldPlace(database)) {
    const text = `${database.name}'s image is Postgres ${postgres.major}, which wants its volume at /var/lib/postgresql, not at …/data`;
    found.push(unfit("database-mount-unfit", text, database, shippedImage("POSTGRES_IMAGE")));
  }
  if (tracing !== undefined && langfuse !== null && langfuse.major >= 3 && !("CLICKHOUSE_URL" in tracing.environment)) {
    const text = `${tracing.name}'s image is Langfuse ${langfuse.major}, which needs ClickHouse, Redis and S3 as well`;
    found.push(unfit("tracing-needs-clickhouse", text, tracing, shippedImage("LANGFUSE_IMAGE")));
  }
  if (litellm !== null && langfuse?.major === 2 && isNewer(litellm, 1, 104)) {
    found.push(
      warning(
        `LiteLLM ${litellm.major}.${litellm.minor} sends traces in a form that Langfuse 2 does not take: v1.103.10 fits`,
      ),
    );
  }
  return found;
}

interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Null where the tag says no number, or the image is another product's. */
function versionOf(service: ServiceSpec | undefined, product: RegExp): Version | null {
  const [, name = "", major, minor = "0"] =
    /^(.*):v?(\d+)(?:\.(\d+))?[\w.-]*(?:@|$)/.exec(service?.run.docker?.image ?? "") ?? [];
  return major === undefined || !product.test(name) ? null : { major: Number(major), minor: Number(minor) };
}

function isNewer({ major, minor }: Version, first: number, second: number): boolean {
  return major > first || (major === first && minor >= second);
}

function mountsOldPlace({ run }: ServiceSpec): boolean {
  return (run.docker?.mounts ?? []).some(({ target }) => target === "/var/lib/postgresql/data");
}

function unfit(
  code: "database-mount-unfit" | "tracing-needs-clickhouse",
  text: string,
  { name }: ServiceSpec,
  fix: Fix,
): CheckResult {
  return problem(new GoatError(code, text, { service: name, fixes: [fix] }));
}
