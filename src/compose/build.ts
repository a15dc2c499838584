import { type BuildSpec, isRemoteContext } from "../model/build.ts";
import { readExtraHosts, readUlimits } from "./container-settings.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readBytes,
  readKey,
  readLabels,
  readMapping,
  readPairs,
  readText,
  readTexts,
} from "./fields.ts";
import { lookupIn, resolvePath, type Scope } from "./scope.ts";
import { supported } from "./supported.ts";
import type { Mapping } from "./tree.ts";

/** `build:` of a service: a folder alone, or a mapping with settings. */
export function readBuild(field: Field, scope: Scope): BuildSpec | undefined {
  const { node, report } = field;
  if (node.kind === "scalar") {
    const context = readText(field);
    return context === undefined ? undefined : { ...empty, context: contextAt(context, field, scope), dockerfile };
  }
  const build = readMapping(field);
  if (build === undefined) return undefined;
  checkKeys(build, supported.build, report);
  const read = <Value>(key: string, reader: (part: Field) => Value | undefined): Value | undefined =>
    readKey(build, key, report, reader);
  const context = contextAt(read("context", readText) ?? ".", field, scope);
  return {
    context,
    ...readDockerfile(build, scope),
    args: read("args", (part) => readArgs(part, scope)) ?? {},
    labels: read("labels", readLabels) ?? {},
    ...present({
      target: read("target", readText),
      cacheFrom: read("cache_from", readTexts),
      network: read("network", readText),
      noCache: read("no_cache", readBoolean),
      pull: read("pull", readBoolean),
      extraHosts: read("extra_hosts", readExtraHosts),
      shmBytes: read("shm_size", readBytes),
      tags: read("tags", readTexts),
      platforms: read("platforms", readOnePlatform),
      ulimits: read("ulimits", readUlimits),
    }),
  };
}

const dockerfile = "Dockerfile";

const empty = { args: {}, labels: {} };

function contextAt(context: string, { node }: Field, scope: Scope): string {
  return isRemoteContext(context) ? context : resolvePath(context, node.at, scope);
}

function readDockerfile(build: Mapping, { report }: Scope): Pick<BuildSpec, "dockerfile" | "dockerfileInline"> {
  const path = readKey(build, "dockerfile", report, readText) || undefined;
  const text = readKey(build, "dockerfile_inline", report, readText) || undefined;
  if (path !== undefined && text !== undefined) {
    const at = build.entries.get("dockerfile_inline")?.at ?? build.at;
    report.error(at, '"dockerfile" and "dockerfile_inline" cannot both be there');
  }
  return text === undefined ? { dockerfile: path ?? dockerfile } : { dockerfileInline: text };
}

/** An argument without a value takes the value of the project's variable, else is left out. */
function readArgs(field: Field, { variables }: Scope): BuildSpec["args"] {
  const lookup = lookupIn(variables);
  const args = [...readPairs(field)].map(([name, node]) => [name, node?.text ?? lookup(name)] as const);
  return Object.fromEntries(args.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function readOnePlatform(field: Field): readonly string[] {
  const platforms = readTexts(field);
  if (platforms.length > 1) {
    field.report.refuse(field.node.at, `"platforms" is for one here: images are built for the engine that runs them`);
  }
  return platforms;
}
