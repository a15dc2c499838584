import { type Call, frame, json, labelFilter } from "./fake-docker-call.ts";
import { type FakeContainer, refusal } from "./fake-docker-state.ts";

export const inspect = (container: FakeContainer) => ({
  Id: container.id,
  Name: `/${container.name}`,
  Image: container.imageId,
  RestartCount: container.restartCount,
  State: {
    Status: container.status,
    Running: container.status === "running" || container.status === "paused",
    Paused: container.status === "paused",
    ExitCode: container.exitCode,
    Error: container.error,
    OOMKilled: false,
    StartedAt: container.startedAt,
  },
  Config: { ...container.body, Tty: container.body.Tty ?? false },
  HostConfig: container.body.HostConfig ?? {},
  Mounts: container.mounts,
  NetworkSettings: {
    Ports: container.status === "running" ? container.body.HostConfig?.PortBindings : {},
    Networks: Object.fromEntries([...container.networks].map(([name, end]) => [name, { NetworkID: "", ...end }])),
  },
});

export const createContainer = (call: Call): void => {
  const made = call.state.create(call.seen.url.searchParams.get("name") ?? "", call.seen.body as never);
  json(call, { Id: made.id, Warnings: [] }, 201);
};

export const start = (call: Call): void => {
  const container = call.state.find(call.name);
  if (container.status === "paused") throw refusal(409, "cannot start a paused container, try unpause instead");
  const already = container.status === "running";
  if (!already) call.state.start(container);
  json(call, {}, already ? 304 : 204);
};

export const unpause = (call: Call): void => {
  const container = call.state.find(call.name);
  if (container.status !== "paused") throw refusal(500, `Container ${container.id} is not paused`);
  container.status = "running";
  json(call, {}, 204);
};

export const stop = (call: Call): void => {
  const container = call.state.find(call.name);
  if (container.status === "paused") throw refusal(500, "is running or paused, refusing to clean up");
  const runs = container.status === "running" || container.status === "restarting";
  if (runs) call.state.end(container, container.onTerm ?? 137, true);
  json(call, {}, runs ? 204 : 304);
};

export const rename = (call: Call): void => {
  const name = call.seen.url.searchParams.get("name") ?? "";
  if (call.state.containers.some((one) => one.name === name)) {
    throw refusal(409, `Conflict. The container name "/${name}" is already in use by container "x".`);
  }
  call.state.find(call.name).name = name;
  json(call, {}, 204);
};

export const remove = (call: Call): void => {
  call.state.remove(call.state.find(call.name), call.seen.url.searchParams.get("v") === "true");
  json(call, {}, 204);
};

export const logs = (call: Call): void => {
  const { state, seen, response } = call;
  const container = state.find(call.name);
  const query = seen.url.searchParams;
  const since = Number(query.get("since") ?? 0) * 1000;
  const lines = container.log.filter(({ at }) => Date.parse(at) >= since);
  const tail = query.get("tail");
  const wanted = tail === null || tail === "all" ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const send = (entry: FakeContainer["log"][number]): void => {
    const text = `${entry.at} ${entry.line}${container.body.Tty ? "\r\n" : "\n"}`;
    response.write(container.body.Tty ? text : frame(entry.stream, text));
  };
  response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
  response.flushHeaders();
  wanted.forEach(send);
  if (query.get("follow") !== "1" || container.status !== "running") return void response.end();
  state.emitter.on(`log ${container.id}`, send);
  state.emitter.once(`end ${container.id}`, () => response.end());
  response.on("close", () => state.emitter.off(`log ${container.id}`, send));
};

export const events = (call: Call): void => {
  const { response, state } = call;
  const wanted = labelFilter(call);
  const send = (event: { Actor: { Attributes: Record<string, string> } }): void => {
    if (wanted(event.Actor.Attributes)) response.write(`${JSON.stringify(event)}\n`);
  };
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  state.emitter.on("event", send);
  response.on("close", () => state.emitter.off("event", send));
};

export const top = (call: Call): void => {
  if (call.state.find(call.name).status !== "running") throw refusal(409, "container is not running");
  json(call, {
    Titles: ["PID", "RSS"],
    Processes: [
      ["1", "1000"],
      ["2", "24"],
    ],
  });
};

const publishedPorts = (container: FakeContainer): object[] =>
  Object.entries(container.status === "running" ? (container.body.HostConfig?.PortBindings ?? {}) : {}).flatMap(
    ([key, hosts]) =>
      hosts.map(({ HostPort }) => ({ PublicPort: Number(HostPort), PrivatePort: 0, Type: key.split("/")[1] })),
  );

export const listContainers = (call: Call): void => {
  const wanted = labelFilter(call);
  const all = call.seen.url.searchParams.get("all") === "true";
  const found = call.state.containers.filter((one) => wanted(one.body.Labels) && (all || one.status === "running"));
  json(
    call,
    found.map((one) => ({
      Id: one.id,
      Names: [`/${one.name}`],
      Labels: one.body.Labels ?? {},
      Ports: publishedPorts(one),
    })),
  );
};
