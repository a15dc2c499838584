import type { ContainerSettings } from "../model/container.ts";
import type { Report } from "./diagnostics.ts";
import {
  checkKeys,
  type Field,
  present,
  readBytes,
  readInteger,
  readItems,
  readKey,
  readLabels,
  readMapping,
  readNumber,
  readOptionalKey,
  readText,
  readTexts,
} from "./fields.ts";
import { parseBytes } from "./formats/units.ts";
import { type KeyTable, supported } from "./supported.ts";
import type { Located, Mapping } from "./tree.ts";

/** `deploy.resources` as limits of one container; memory is in bytes. */
export interface Resources {
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly reservedMemory?: number;
  readonly devices?: ContainerSettings["gpus"];
}

/**
 * Reads `deploy.resources`. As in Compose, it is an error if one of its values differs from the service's own key for
 * it, such as `mem_limit`.
 */
export function readResources(service: Mapping, report: Report): Resources {
  const deploy = readOptionalKey(service, "deploy", report, readMapping);
  const resources = deploy && readOptionalKey(deploy, "resources", report, readMapping);
  if (resources === undefined) return {};
  checkKeys(resources, supported.resources, report);
  const part = (key: string, table: KeyTable): Mapping | undefined => {
    const mapping = readOptionalKey(resources, key, report, readMapping);
    if (mapping !== undefined) checkKeys(mapping, table, report);
    return mapping;
  };
  const limits = part("limits", supported.resourceLimits);
  const reserved = part("reservations", supported.resourceReservations);
  const found = {
    memory: limits && readKey(limits, "memory", report, readSize),
    cpus: limits && readKey(limits, "cpus", report, readNumber),
    pids: limits && readKey(limits, "pids", report, readNumber),
    reservedMemory: reserved && readKey(reserved, "memory", report, readSize),
    devices: reserved && readKey(reserved, "devices", report, readDeviceRequests),
  };
  if (limits !== undefined)
    refuseBoth(service, limits, { mem_limit: "memory", cpus: "cpus", pids_limit: "pids" }, report);
  if (reserved !== undefined) refuseBoth(service, reserved, { mem_reservation: "memory" }, report);
  return present(found);
}

function readDeviceRequests(field: Field): ContainerSettings["gpus"] {
  return readItems(field).flatMap((node) => readDeviceRequest({ ...field, node }, []) ?? []);
}

/** A size in bytes. As in Compose, it has to be a text here, while `mem_limit` may be a number. */
function readSize(field: Field): number | undefined {
  return readText(field) === undefined ? undefined : readBytes(field);
}

function refuseBoth(service: Mapping, part: Mapping, pairs: Readonly<Record<string, string>>, report: Report): void {
  for (const [own, other] of Object.entries(pairs)) {
    const [written, deployed] = [service.entries.get(own), part.entries.get(other)];
    if (written === undefined || sizeOrText(written.value) === sizeOrText(deployed?.value)) continue;
    report.error(written.at, `"${own}" and "deploy" have to say the same: leave one of them out`);
  }
}

function sizeOrText(node: Located | undefined): string {
  if (node === undefined || node.kind !== "scalar") return "";
  return String(parseBytes(node.text) ?? node.text);
}

/** One entry of `gpus` or of `deploy.resources.reservations.devices`. */
export function readDeviceRequest(field: Field, usual: readonly string[]) {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.deviceRequest, report);
  const ids = readKey(mapping, "device_ids", report, readTexts);
  const count = readKey(mapping, "count", report, readCount);
  return {
    ...present({
      driver: readKey(mapping, "driver", report, readText),
      // As in Compose, -1 (all devices) where neither a count nor ids are given.
      count: ids === undefined ? (count ?? -1) : count,
      ids,
      options: readKey(mapping, "options", report, readLabels),
    }),
    capabilities: readKey(mapping, "capabilities", report, readTexts) ?? usual,
  };
}

function readCount(field: Field): number | undefined {
  return field.node.kind === "scalar" && field.node.text === "all" ? -1 : readInteger(field);
}
