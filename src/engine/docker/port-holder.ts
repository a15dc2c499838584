import type Docker from "dockerode";
import { guarded } from "./errors.ts";
import { label } from "./labels.ts";

/** Which running container publishes a TCP port of the host: "container web-1 of shop"; null for none. */
export const portHolder = (docker: Docker, port: number, abortSignal: AbortSignal): Promise<string | null> =>
  guarded({ verb: "list", subject: "published ports" }, abortSignal, async () => {
    const running = await docker.listContainers({ abortSignal });
    const holder = running.find(({ Ports }) => Ports.some((one) => one.PublicPort === port && one.Type === "tcp"));
    if (holder === undefined) return null;
    const name = (holder.Names[0] ?? holder.Id.slice(0, 12)).replace(/^\//, "");
    const project = holder.Labels[label.project];
    return project === undefined ? `container ${name}` : `container ${name} of ${project}`;
  });
