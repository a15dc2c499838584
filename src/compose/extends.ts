import { dirname, resolve } from "node:path";
import type { Position } from "./diagnostics.ts";
import { type Field, readKey, readMapping, readText } from "./fields.ts";
import { mergeServices } from "./merge-files.ts";
import { rebaseService } from "./rebase.ts";
import type { Scope } from "./scope.ts";
import type { Entry, Mapping } from "./tree.ts";

/** What one set of Compose files is read with: the project's own files, or those of one `include`. */
export interface Model extends Scope {
  /** Each document of a file as a tree with its variables replaced. */
  read(path: string, at: Position): readonly Mapping[];
}

/** The file with each `extends` resolved: the service's own keys merged over those of the service it extends. */
export function resolveExtends(file: Mapping, model: Model): Mapping {
  const services = file.entries.get("services");
  if (services?.value.kind !== "map") return file;
  const entries = new Map<string, Entry>();
  for (const [name, entry] of services.value.entries) {
    const place = { services: services.value, file: entry.at.file, folder: model.workingDir };
    entries.set(name, entry.value.kind === "map" ? { ...entry, value: extended(entry, place, model, []) } : entry);
  }
  const value: Mapping = { ...services.value, entries };
  return { ...file, entries: new Map(file.entries).set("services", { ...services, value }) };
}

/** Where a service is written: the file, its folder, and the services of that file. */
interface Place {
  readonly services: Mapping;
  readonly file: string;
  readonly folder: string;
}

function extended(entry: Entry, place: Place, model: Model, path: readonly string[]): Mapping {
  const service = entry.value as Mapping;
  const extension = service.entries.get("extends");
  if (extension === undefined) return service;
  const own = { ...service, entries: new Map([...service.entries].filter(([key]) => key !== "extends")) };
  const here = `${place.file} ${entry.key}`;
  if (path.includes(here)) {
    model.report.error(extension.at, `"${entry.key}" extends itself`);
    return incomplete(own, extension);
  }
  const target = targetOf({ name: "extends", node: extension.value, report: model.report }, place, model);
  if (target === undefined) return incomplete(own, extension);
  const found = target.place.services.entries.get(target.service);
  if (found?.value.kind !== "map") {
    model.report.error(extension.at, `"${entry.key}" extends "${target.service}", which is no service there`);
    return incomplete(own, extension);
  }
  const base = extended(found, target.place, model, [...path, here]);
  const rebased = target.place.folder === place.folder ? base : rebaseService(base, target.place.folder);
  return mergeServices(rebased, own, entry.key, model.report);
}

/**
 * For a service whose `extends` has been reported as wrong: a broken image in place of a missing one, so that the
 * missing image is not reported as well.
 */
function incomplete(service: Mapping, { at }: Entry): Mapping {
  const image: Entry = { key: "image", at, value: { kind: "scalar", type: "broken", text: "", at } };
  return { ...service, entries: new Map([["image", image], ...service.entries]) };
}

function targetOf(field: Field, place: Place, model: Model) {
  const { node, report } = field;
  if (node.kind === "scalar") {
    const service = readText(field);
    return service === undefined ? undefined : { service, place };
  }
  const mapping = readMapping(field);
  const service = mapping && readKey(mapping, "service", report, readText);
  if (mapping === undefined || service === undefined) {
    if (mapping !== undefined) report.error(node.at, '"extends" needs a "service"');
    return undefined;
  }
  const file = readKey(mapping, "file", report, readText);
  if (file === undefined) return { service, place };
  const path = resolve(place.folder, file);
  const [tree] = model.read(path, mapping.entries.get("file")?.at ?? node.at);
  const services = tree?.entries.get("services")?.value;
  if (services?.kind !== "map") return undefined;
  return { service, place: { services, file: path, folder: dirname(path) } };
}
