import { expect, test } from "vitest";
import { inPython } from "./in-python.ts";

test("a process that has ended must not take along what it handed over last", () => {
  const result = inPython(`
import os
from launcher.channel import Channel
launcher, process = Channel.pair()
for text in (b"first", b"second", b"third"):
    read, write = os.pipe()
    os.write(write, text)
    os.close(write)
    assert process.send_connections([read])
    os.close(read)
process.close()
messages = list(launcher.waiting())
result = {"read": [os.read(one["connections"][0], 10).decode() for one in messages], "closed": launcher.closed}`);
  expect(result).toEqual({ read: ["first", "second", "third"], closed: true });
});

test("what has not come yet must not be waited for, and half a message must wait for its end", () => {
  const result = inPython(`
from launcher.channel import Channel
launcher, process = Channel.pair()
result = [list(launcher.waiting())]
process.socket.sendall(b'{"ready": tr')
result.append(list(launcher.waiting()))
process.socket.sendall(b'ue}\\n{"serving": true}\\n')
result.append(list(launcher.waiting()))`);
  expect(result).toEqual([[], [], [{ ready: true }, { serving: true }]]);
});
