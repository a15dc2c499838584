import type { ContainerInfo } from "dockerode";
import { guarded } from "./errors.ts";
import { label } from "./labels.ts";
import type { Reader } from "./reader.ts";

/** Which running container publishes a TCP port of the host: "container web-1 of shop"; null for none. */
export const portHolder = (reader: Reader, port: number, signal: AbortSignal): Promise<string | null> =>
  guarded({ verb: "list", subject: "published ports" }, signal, async () => {
    const running = (await reader.json("/containers/json", signal)) as readonly ContainerInfo[];
    const holder = running.find(({ Ports }) =>
      (Ports ?? []).some((one) => one.PublicPort === port && one.Type === "tcp"),
    );
    if (holder === undefined) return null;
    const name = (holder.Names?.[0] ?? holder.Id.slice(0, 12)).replace(/^\//, "");
    const project = holder.Labels?.[label.project];
    return project === undefined ? `container ${name}` : `container ${name} of ${project}`;
  });
