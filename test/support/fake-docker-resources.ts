import { bodyOf, type Call, frame, json, labelFilter } from "./fake-docker-call.ts";
import { type FakeState, newId, refusal } from "./fake-docker-state.ts";
import { runCommand } from "./tiny-shell.ts";

export const createExec = (call: Call): void => {
  const container = call.state.find(call.name);
  if (container.status !== "running") throw refusal(409, `Container ${container.id} is not running`);
  const id = `exec${call.state.execs.size + 1}`;
  call.state.execs.set(id, { container, body: bodyOf<Record<string, unknown>>(call), exitCode: null });
  json(call, { Id: id }, 201);
};

export const startExec = (call: Call): void => {
  if (!call.state.execs.has(call.name)) throw refusal(404, "No such exec instance");
  call.response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
  runExec(call.state, call.name, (data) => call.response.write(data));
  call.response.end();
};

export const runExec = (state: FakeState, id: string, write: (data: Buffer) => void, stdin = ""): void => {
  const exec = state.execs.get(id);
  if (exec === undefined) return;
  const { Cmd, Env } = exec.body as { Cmd: string[]; Env: string[] };
  const print = (stream: "stdout" | "stderr", line: string): void => write(frame(stream, `${line}\n`));
  const end = runCommand(Cmd, { ...state.io(exec.container, print, Env), stdin });
  exec.exitCode = end.kind === "exit" ? end.code : 0;
};

export const inspectExec = (call: Call): void => {
  const exec = call.state.execs.get(call.name);
  json(call, { Running: exec?.exitCode === null, ExitCode: exec?.exitCode });
};

export const createNetwork = (call: Call): void => {
  const { Name, Labels } = bodyOf<{ Name: string; Labels: Record<string, string> }>(call);
  if (call.state.networks.has(Name)) throw refusal(409, `network with name ${Name} already exists`);
  const id = newId();
  call.state.networks.set(Name, { id, labels: Labels });
  json(call, { Id: id, Warning: "" }, 201);
};

export const connectNetwork = (call: Call): void => {
  if (!call.state.networks.has(call.name)) throw refusal(404, `network ${call.name} not found`);
  const { Container, EndpointConfig } = bodyOf<{ Container: string; EndpointConfig: object }>(call);
  call.state.find(Container).networks.set(call.name, EndpointConfig);
  json(call, {});
};

export const removeNamed = (kind: "networks" | "volumes") => (call: Call) => {
  const used = call.state.containers.some((one) => one.mounts.some(({ Name }) => Name === call.name));
  if (kind === "volumes" && used) throw refusal(409, `remove ${call.name}: volume is in use`);
  if (!call.state[kind].delete(call.name)) throw refusal(404, `${kind} ${call.name} not found`);
  json(call, {}, 204);
};

export const inspectNamed = (kind: "networks" | "volumes") => (call: Call) => {
  if (!call.state[kind].has(call.name)) throw refusal(404, `${kind} ${call.name} not found`);
  json(call, { Name: call.name });
};

export const listNetworks = (call: Call): void => {
  const wanted = labelFilter(call);
  const found = [...call.state.networks].filter(([, { labels }]) => wanted(labels));
  json(
    call,
    found.map(([Name, { id, labels }]) => ({ Name, Id: id, Labels: labels })),
  );
};

export const listVolumes = (call: Call): void => {
  const wanted = labelFilter(call);
  const found = [...call.state.volumes].filter(([, { labels }]) => wanted(labels));
  json(call, {
    Volumes: found.map(([Name, v]) => ({
      Name,
      Driver: "local",
      Options: null,
      Labels: v.labels,
      CreatedAt: v.createdAt,
    })),
  });
};

export const createVolume = (call: Call): void => {
  const { Name, Labels } = bodyOf<{ Name: string; Labels: Record<string, string> }>(call);
  call.state.createVolume(Name, Labels);
  json(call, { Name }, 201);
};

const size = (files: ReadonlyMap<string, string>): number =>
  [...files.values()].reduce((sum, text) => sum + text.length, 0);

export const inspectImage = (call: Call): void => {
  const image = call.state.images.get(call.name);
  if (image === undefined) throw refusal(404, `No such image: ${call.name}`);
  json(call, { Id: image.id, Config: { Volumes: Object.fromEntries((image.volumes ?? []).map((v) => [v, {}])) } });
};

export const diskUse = (call: Call): void =>
  json(call, { Volumes: [...call.state.volumes].map(([Name, v]) => ({ Name, UsageData: { Size: size(v.files) } })) });

export const pullNothing = ({ seen }: Call): void => {
  throw refusal(404, `pull access denied for ${seen.url.searchParams.get("fromImage")}, repository does not exist`);
};
