import { type Call, json } from "./fake-docker-call.ts";
import * as containers from "./fake-docker-containers.ts";
import * as resources from "./fake-docker-resources.ts";

export const routes: readonly { method: string; pattern: RegExp; run(call: Call): void }[] = [
  { method: "GET", pattern: /^\/_ping$/, run: ({ response }) => void response.end("OK") },
  { method: "GET", pattern: /^\/version$/, run: (call) => json(call, { Version: "20.10.24", ApiVersion: "1.41" }) },
  { method: "GET", pattern: /^\/events$/, run: containers.events },
  { method: "GET", pattern: /^\/system\/df$/, run: resources.diskUse },
  { method: "GET", pattern: /^\/containers\/json$/, run: containers.listContainers },
  { method: "POST", pattern: /^\/containers\/create$/, run: containers.createContainer },
  {
    method: "GET",
    pattern: /^\/containers\/([^/]+)\/json$/,
    run: (c) => json(c, containers.inspect(c.state.find(c.name))),
  },
  { method: "POST", pattern: /^\/containers\/([^/]+)\/start$/, run: containers.start },
  { method: "POST", pattern: /^\/containers\/([^/]+)\/stop$/, run: containers.stop },
  { method: "POST", pattern: /^\/containers\/([^/]+)\/unpause$/, run: containers.unpause },
  { method: "POST", pattern: /^\/containers\/([^/]+)\/rename$/, run: containers.rename },
  { method: "DELETE", pattern: /^\/containers\/([^/]+)$/, run: containers.remove },
  { method: "GET", pattern: /^\/containers\/([^/]+)\/logs$/, run: containers.logs },
  { method: "GET", pattern: /^\/containers\/([^/]+)\/top$/, run: containers.top },
  { method: "POST", pattern: /^\/containers\/([^/]+)\/exec$/, run: resources.createExec },
  { method: "POST", pattern: /^\/exec\/([^/]+)\/start$/, run: resources.startExec },
  { method: "GET", pattern: /^\/exec\/([^/]+)\/json$/, run: resources.inspectExec },
  { method: "POST", pattern: /^\/images\/create$/, run: resources.pullNothing },
  { method: "GET", pattern: /^\/images\/(.+)\/json$/, run: resources.inspectImage },
  { method: "GET", pattern: /^\/networks$/, run: resources.listNetworks },
  { method: "POST", pattern: /^\/networks\/create$/, run: resources.createNetwork },
  { method: "POST", pattern: /^\/networks\/([^/]+)\/connect$/, run: resources.connectNetwork },
  { method: "GET", pattern: /^\/networks\/([^/]+)$/, run: resources.inspectNamed("networks") },
  { method: "DELETE", pattern: /^\/networks\/([^/]+)$/, run: resources.removeNamed("networks") },
  { method: "GET", pattern: /^\/volumes$/, run: resources.listVolumes },
  { method: "POST", pattern: /^\/volumes\/create$/, run: resources.createVolume },
  { method: "GET", pattern: /^\/volumes\/([^/]+)$/, run: resources.inspectNamed("volumes") },
  { method: "DELETE", pattern: /^\/volumes\/([^/]+)$/, run: resources.removeNamed("volumes") },
];
