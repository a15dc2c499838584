import type { ServerResponse } from "node:http";
import type { SeenRequest } from "./fake-docker.ts";
import type { FakeState } from "./fake-docker-state.ts";

export interface Call {
  readonly state: FakeState;
  readonly seen: SeenRequest;
  readonly response: ServerResponse;
  readonly name: string;
}

export const json = ({ response }: Call, body: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(status === 204 ? undefined : JSON.stringify(body));
};

export const bodyOf = <T>({ seen }: Call): T => (seen.body ?? {}) as T;

export const labelFilter = ({ seen }: Call): ((labels: Readonly<Record<string, string>> | undefined) => boolean) => {
  const { label = [] }: { label?: string[] } = JSON.parse(seen.url.searchParams.get("filters") ?? "{}");
  return (labels) =>
    label.every((pair) => {
      const [name = "", value] = pair.split(/=(.*)/s);
      return value === undefined ? labels?.[name] !== undefined : labels?.[name] === value;
    });
};

export const frame = (stream: "stdout" | "stderr", text: string): Buffer => {
  const data = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};
