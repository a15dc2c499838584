import { describe, expect, test } from "vitest";
import { toChange } from "../../../../src/engine/docker/observe.ts";

const event = (Action: string, attributes: Record<string, string> = {}) => ({
  Action,
  Actor: { ID: "c1", Attributes: { name: "goat-litellm-1", "com.docker.compose.service": "litellm", ...attributes } },
});

const change = { service: "litellm", handle: "c1", container: "goat-litellm-1", exitCode: null };

describe("an engine event", () => {
  test.each([
    ["start", "started"],
    ["oom", "out-of-memory"],
    ["destroy", "removed"],
    ["remove", "removed"],
    ["health_status: healthy", "healthy"],
    ["health_status: unhealthy", "unhealthy"],
  ])("%s must be told as %s", (action, type) => {
    expect(toChange(event(action))).toEqual({ ...change, type });
  });

  test("die must carry the exit code", () => {
    expect(toChange(event("die", { exitCode: "137" }))).toEqual({ ...change, type: "died", exitCode: 137 });
    expect(toChange(event("die"))).toEqual({ ...change, type: "died", exitCode: null });
  });

  test.each([
    "kill",
    "stop",
    "restart",
    "create",
    "attach",
    "exec_create: pg_isready",
    "exec_start: pg_isready",
    "health_status: starting",
  ])("%s must say nothing", (action) => {
    expect(toChange(event(action))).toBeNull();
  });

  test("of a one-off run or of no service must say nothing", () => {
    expect(toChange(event("die", { "com.docker.compose.oneoff": "True" }))).toBeNull();
    expect(toChange({ Action: "die", Actor: { ID: "c1", Attributes: { name: "x" } } })).toBeNull();
    expect(toChange({})).toBeNull();
  });
});
