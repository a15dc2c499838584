import { expect, test } from "vitest";
import { advance, type Layers, type PullEvent, toProgress } from "../../../../src/engine/docker/pull-progress.ts";

const after = (...events: readonly PullEvent[]) => toProgress(events.reduce<Layers>(advance, new Map()));

const downloading = (id: string, current: number, total: number): PullEvent => ({
  id,
  status: "Downloading",
  progressDetail: { current, total },
});

test("progress must be one number over all layers", () => {
  expect(after(downloading("a", 10, 100), downloading("b", 5, 50), downloading("a", 60, 100))).toEqual({
    text: "pulling",
    current: 65,
    total: 150,
  });
});

test("progress must never fall: verifying and extracting begin again at zero, and still count as fetched", () => {
  const extracting = { id: "a", status: "Extracting", progressDetail: { current: 1, total: 90 } };
  const done = [downloading("a", 60, 100), { id: "a", status: "Download complete" }, extracting];
  expect(after(...done, downloading("b", 1, 10))).toEqual({ text: "pulling", current: 101, total: 110 });
  expect(after(...done)).toEqual({ text: "extracting", current: 100, total: 100 });
  expect(after(...done, { id: "a", status: "Pull complete" })).toEqual({
    text: "extracting",
    current: 100,
    total: 100,
  });
});

test("layers that are here already and talk about no layer must not count", () => {
  expect(
    after(
      { id: "16", status: "Pulling from library/postgres" },
      { id: "a", status: "Already exists" },
      { status: "Digest: x" },
    ),
  ).toEqual({
    text: "extracting",
  });
  expect(after()).toEqual({ text: "pulling" });
});

test("an event about no layer must leave the layers as they are", () => {
  const layers: Layers = new Map();
  expect(advance(layers, { id: "16", status: "Pulling from library/postgres" })).toBe(layers);
});
