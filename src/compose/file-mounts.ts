import type { Mount } from "../model/stack.ts";
import type { Position } from "./diagnostics.ts";
import { checkKeys, type Field, readItems, readKey, readMapping, readText } from "./fields.ts";
import type { PlacedMount } from "./mounts.ts";
import { resolvePath, type Scope } from "./scope.ts";
import { supported } from "./supported.ts";
import type { Entry, Mapping } from "./tree.ts";

const kinds = {
  secrets: { one: "secret", folder: "/run/secrets/" },
  configs: { one: "config", folder: "/" },
} as const;

/**
 * Read-only mounts for the `secrets:` and `configs:` of a service, whose content has to be a file, as in Compose
 * without a swarm.
 */
export function readFileMounts(service: Mapping, scope: Scope): readonly PlacedMount[] {
  return (["secrets", "configs"] as const).flatMap((kind) => {
    const mounts = readKey(service, kind, scope.report, (field) =>
      readItems(field).flatMap((node) => readFileMount({ ...field, node }, kind, scope) ?? []),
    );
    return mounts ?? [];
  });
}

function readFileMount(field: Field, kind: keyof typeof kinds, scope: Scope): PlacedMount | undefined {
  const { node, report } = field;
  const { one, folder } = kinds[kind];
  const mapping = node.kind === "map" ? node : undefined;
  if (mapping !== undefined) checkKeys(mapping, supported.fileMount, report);
  const name = mapping === undefined ? readText(field) : readKey(mapping, "source", report, readText);
  if (name === undefined) {
    if (mapping !== undefined && !mapping.entries.has("source"))
      report.error(node.at, `"${kind}": "source" is missing`);
    return undefined;
  }
  const definition = scope.declared?.[kind]?.entries.get(name);
  if (definition === undefined) {
    report.error(node.at, `${one} "${name}" is not declared under "${kind}:"`);
    return undefined;
  }
  const source = fileOf(definition, one, node.at, scope);
  if (source === undefined) return undefined;
  const written = mapping && readKey(mapping, "target", report, readText);
  const target = written?.startsWith("/") === true ? written : `${folder}${written ?? name}`;
  const mount: Mount = { kind: "bind", source, target, readOnly: true, createHostPath: false };
  return { mount, at: node.at };
}

/** The path of the file that holds the content; a secret or config without a file is refused. */
function fileOf(definition: Entry, kind: string, at: Position, scope: Scope): string | undefined {
  const { report } = scope;
  const mapping = readMapping({ name: definition.key, node: definition.value, report });
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.fileDefinition, report);
  const file = mapping.entries.get("file");
  const path = file && readText({ name: "file", node: file.value, report });
  if (file === undefined) report.refuse(at, `${kind} "${definition.key}" has no "file": only files are mounted`);
  return file === undefined || path === undefined ? undefined : resolvePath(path, file.value.at, scope);
}
