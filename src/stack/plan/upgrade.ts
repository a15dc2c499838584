import type { ObservedService } from "../../model/observed.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { type ImageVariable, pinnedImages, products } from "../../project/versions.ts";

/**
 * What an upgrade means for a service. `newer` than what was tested, `unversioned` (its tag says no version) and `other`
 * (another product, or built here) are left as they are; `fixed`: the Compose file names the image itself.
 */
type Standing = "upgrade" | "tested" | "newer" | "unversioned" | "other" | "fixed";

export interface ServiceUpgrade {
  readonly service: string;
  /** What sets its image in .env. */
  readonly variable: ImageVariable;
  readonly from: string;
  /** The same as `from` where the image stays. */
  readonly to: string;
  readonly standing: Standing;
}

/**
 * The image that an upgrade to the versions tested together would give each service. Services that run none of these
 * products are left out. Pure.
 */
export function planUpgrade(services: readonly ServiceSpec[]): readonly ServiceUpgrade[] {
  return services.flatMap((service) => upgradeOf(service) ?? []);
}

function upgradeOf({ name: service, role, run: { docker } }: ServiceSpec): ServiceUpgrade | null {
  const product = products.find((one) => one.role === role);
  if (product === undefined || docker === undefined) return null;
  const { variable, names } = product;
  const from = docker.image;
  const same = { service, variable, from, to: from };
  const image = readImage(from);
  if (docker.build !== undefined || image === null || !names.test(image.name)) return { ...same, standing: "other" };
  const tested = readImage(pinnedImages[variable]);
  if (tested?.version == null || image.version === null) return { ...same, standing: "unversioned" };
  const order = compare(image.version, tested.version);
  if (order >= 0) return { ...same, standing: order === 0 ? "tested" : "newer" };
  const to = `${image.name}:${tested.tag}${role === "database" ? image.variant : ""}`;
  return { ...same, to, standing: "upgrade" };
}

/** An upgrade without Docker: what runs now, compared with the versions that this goat-dev brings. Pure. */
export function localUpgrade(
  services: readonly ServiceSpec[],
  observed: readonly ObservedService[],
): readonly ServiceUpgrade[] {
  return services.flatMap(({ name: service, role, run: { docker } }) => {
    const variable = products.find((one) => one.role === role)?.variable;
    const to = docker?.image;
    if (variable === undefined || to === undefined) return [];
    const from = observed.find(({ name, oneOff }) => name === service && !oneOff)?.image ?? to;
    return [{ service, variable, from, to, standing: from === to ? ("tested" as const) : ("upgrade" as const) }];
  });
}

interface Image {
  readonly name: string;
  readonly tag: string;
  /** Null where its tag says none, as `latest` does. */
  readonly version: readonly number[] | null;
  /** The base that the tag names, such as `-alpine` in `16-alpine`; empty where it names none. */
  readonly variant: string;
}

/** Null where it is named by a digest alone. */
function readImage(image: string): Image | null {
  const [, name, tag] = /^([^@]*[^@:/]|[^@:]+):([\w][\w.-]*)(?:@.*)?$/.exec(image) ?? [];
  if (name === undefined || tag === undefined) return image.includes("@") ? null : { ...untagged, name: image };
  const [, numbers, rest = ""] = /^(?:main-)?v?(\d+(?:\.\d+)*)(?![\w.])(.*)$/.exec(tag) ?? [];
  const [variant = ""] = /^-(?:alpine|bookworm|trixie)/.exec(rest) ?? [];
  return { name, tag, version: numbers?.split(".").map(Number) ?? null, variant };
}

const untagged = { tag: "latest", version: null, variant: "" };

/** Compares only the parts that both versions have: 16.4 and 16 are the same. */
function compare(one: readonly number[], other: readonly number[]): number {
  for (const [index, number] of one.entries()) {
    const difference = number - (other[index] ?? number);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Postgres's major version before and after an upgrade; null where it does not change, or one of them is not known. */
export function majorChange({
  from,
  to,
}: Pick<ServiceUpgrade, "from" | "to">): { readonly from: number; readonly to: number } | null {
  const [before, after] = [from, to].map(
    (image) => readImage(image.replace(/^(\w+) ([\d.]+) .*/, "$1:$2"))?.version?.[0],
  );
  return before === undefined || after === undefined || before === after ? null : { from: before, to: after };
}
