import { createHash, randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { runCommand, type ShellIo } from "./tiny-shell.ts";

export interface FakeImage {
  readonly id: string;
  readonly volumes?: readonly string[];
}

interface CreateBody {
  readonly Image: string;
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Tty?: boolean;
  readonly HostConfig?: {
    readonly ExtraHosts?: readonly string[];
    readonly PortBindings?: Readonly<Record<string, { HostIp: string; HostPort: string }[]>>;
    readonly Mounts?: readonly { Type: string; Source?: string; Target: string; ReadOnly?: boolean }[];
    readonly RestartPolicy?: { readonly Name: string };
  };
  readonly NetworkingConfig?: { readonly EndpointsConfig?: Readonly<Record<string, object>> };
}

interface Endpoint {
  readonly NetworkID?: string;
}

export interface FakeContainer {
  readonly id: string;
  name: string;
  readonly body: CreateBody;
  readonly imageId: string;
  /** By name; the id is known from the first start on. */
  readonly networks: Map<string, Endpoint>;
  readonly mounts: readonly { Type: string; Name: string; Destination: string; RW: boolean }[];
  readonly log: { stream: "stdout" | "stderr"; at: string; line: string }[];
  readonly files: Map<string, string>;
  status: "created" | "running" | "paused" | "restarting" | "exited";
  exitCode: number;
  error: string;
  startedAt: string;
  restartCount: number;
  onTerm: number | null;
}

export interface FakeVolume {
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly files: Map<string, string>;
}

/** An answer that is an error, as the engine words it. */
export const refusal = (status: number, message: string): Error => Object.assign(new Error(message), { status });

export const newId = (): string => randomBytes(32).toString("hex");

/** What a fake engine has; "event" carries engine events, "log <id>" lines, "end <id>" a container's end. */
export class FakeState {
  readonly images = new Map<string, FakeImage>();
  readonly containers: FakeContainer[] = [];
  readonly networks = new Map<string, { id: string; labels: Readonly<Record<string, string>> }>();
  readonly volumes = new Map<string, FakeVolume>();
  readonly execs = new Map<
    string,
    { container: FakeContainer; body: Record<string, unknown>; exitCode: number | null }
  >();
  readonly emitter = new EventEmitter().setMaxListeners(0);
  #ticks = 0;

  now(): string {
    this.#ticks += 1;
    return `${new Date(Date.UTC(2026, 0, 1) + this.#ticks * 1000).toISOString().slice(0, -1)}000001Z`;
  }

  find(nameOrId: string): FakeContainer {
    const found = this.containers.find((one) => one.name === nameOrId || one.id.startsWith(nameOrId));
    if (found === undefined) throw refusal(404, `No such container: ${nameOrId}`);
    return found;
  }

  event(container: FakeContainer, action: string, attributes: Record<string, string> = {}): void {
    this.emitter.emit("event", {
      Type: "container",
      Action: action,
      Actor: { ID: container.id, Attributes: { ...container.body.Labels, name: container.name, ...attributes } },
    });
  }

  #mount = (mount: { Type: string; Source?: string; Target: string; ReadOnly?: boolean }) => {
    const name = mount.Source ?? newId();
    if (mount.Type === "volume" && !this.volumes.has(name)) this.createVolume(name, {});
    return { Type: mount.Type, Name: name, Destination: mount.Target, RW: !mount.ReadOnly };
  };

  createVolume(name: string, labels: Readonly<Record<string, string>>): void {
    if (!this.volumes.has(name)) this.volumes.set(name, { labels, createdAt: this.now(), files: new Map() });
  }

  create(name: string, body: CreateBody): FakeContainer {
    const image = this.images.get(body.Image);
    if (image === undefined) throw refusal(404, `No such image: ${body.Image}`);
    const other = this.containers.find((one) => one.name === name);
    if (other !== undefined) {
      throw refusal(409, `Conflict. The container name "/${name}" is already in use by container "${other.id}".`);
    }
    const container: FakeContainer = {
      id: newId(),
      name,
      body,
      imageId: image.id,
      networks: new Map(Object.entries(body.NetworkingConfig?.EndpointsConfig ?? {})),
      mounts: (body.HostConfig?.Mounts ?? []).map(this.#mount),
      log: [],
      files: new Map(),
      status: "created",
      exitCode: 0,
      error: "",
      startedAt: "0001-01-01T00:00:00Z",
      restartCount: 0,
      onTerm: null,
    };
    this.containers.push(container);
    return container;
  }

  #hostPorts = (one: FakeContainer): string[] =>
    Object.values(one.body.HostConfig?.PortBindings ?? {}).flatMap((all) => all.map(({ HostPort }) => HostPort));

  start(container: FakeContainer): void {
    const running = this.containers.filter((one) => one !== container && one.status === "running");
    const taken = this.#hostPorts(container).find((port) => running.some((one) => this.#hostPorts(one).includes(port)));
    if (taken !== undefined) {
      container.error = `driver failed programming external connectivity on endpoint ${container.name}: Bind for 127.0.0.1:${taken} failed: port is already allocated`;
      throw refusal(500, container.error);
    }
    this.#join(container);
    container.status = "running";
    container.error = "";
    container.startedAt = this.now();
    this.event(container, "start");
    const end = runCommand(
      container.body.Cmd ?? [],
      this.io(container, (stream, line) => this.print(container, stream, line)),
    );
    if (end.kind === "stay") container.onTerm = end.onTerm;
    else this.end(container, end.code, false);
  }

  /** A network that was removed since the last start is looked for by its id, and not found. */
  #join(container: FakeContainer): void {
    for (const [name, endpoint] of container.networks) {
      const { id } = this.networks.get(name) ?? {};
      const wanted = endpoint.NetworkID ?? id ?? name;
      if (id !== wanted) {
        container.error = `network ${wanted} not found`;
        throw refusal(404, container.error);
      }
      container.networks.set(name, { ...endpoint, NetworkID: id });
    }
  }

  print(container: FakeContainer, stream: "stdout" | "stderr", line: string): void {
    const entry = { stream, at: this.now(), line };
    container.log.push(entry);
    this.emitter.emit(`log ${container.id}`, entry);
  }

  end(container: FakeContainer, code: number, stopped: boolean): void {
    const policy = container.body.HostConfig?.RestartPolicy?.Name ?? "no";
    const back = !stopped && (policy === "always" || (policy === "on-failure" && code !== 0));
    container.status = back ? "restarting" : "exited";
    container.exitCode = code;
    if (back) container.restartCount += 1;
    this.event(container, "die", { exitCode: String(code) });
    if (!back) this.emitter.emit(`end ${container.id}`);
  }

  remove(container: FakeContainer, withVolumes: boolean): void {
    if (["running", "paused"].includes(container.status)) this.end(container, 137, true);
    this.containers.splice(this.containers.indexOf(container), 1);
    const given = (container.body.HostConfig?.Mounts ?? []).flatMap((mount) => mount.Source ?? []);
    const used = this.containers.flatMap((one) => one.mounts.map(({ Name }) => Name));
    const kept = new Set([...given, ...used]);
    for (const { Name } of withVolumes ? container.mounts : []) if (!kept.has(Name)) this.volumes.delete(Name);
    this.event(container, "destroy");
  }

  /** What a command in a container reads and writes: its volumes, else its own files. */
  io(container: FakeContainer, print: ShellIo["print"], env: readonly string[] = []): ShellIo {
    const pairs = [...(container.body.Env ?? []), ...env].map((pair) => pair.split(/=(.*)/s) as [string, string]);
    const place = (path: string): Map<string, string> => {
      const mount = container.mounts.find(({ Destination }) => path.startsWith(`${Destination}/`));
      return (mount && this.volumes.get(mount.Name)?.files) ?? container.files;
    };
    return {
      env: Object.fromEntries(pairs),
      print,
      read: (path) => place(path).get(path) ?? null,
      write: (path, text) => {
        if (path === "/proc/1/fd/1") this.print(container, "stdout", text.replace(/\n$/, ""));
        else place(path).set(path, text);
      },
    };
  }

  imageId(name: string): string {
    return `sha256:${createHash("sha256").update(name).digest("hex")}`;
  }
}
