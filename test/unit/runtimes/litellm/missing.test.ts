import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/engine/processes/runtime.ts";
import { packageCommand, plainEnv, pythonMissing, readAnswer } from "../../../../src/runtimes/litellm/python.ts";

const machine: Machine = {
  ...{ cache: "/cache", packageRoot: "/package", nodePath: "/node", version: "1", env: {}, home: "/home/me" },
  ...{ platform: "linux", arch: "x64", uid: 1000, pid: 1 },
};
const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const python = { command: "python3", base: "/usr/bin/python3.11", version: [3, 11, 2], pip: false, venv: false };

describe("a machine without a Python that can do it", () => {
  test.each([
    ["linux", debian, "sudo apt-get install -y python3-venv"],
    ["linux", 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', "sudo apt-get install -y python3-venv"],
    ["linux", "ID=fedora\n", "sudo dnf install -y python3"],
    ["linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install -y python3.12"],
    ["linux", "ID=alpine\n", "sudo apk add python3"],
    ["linux", "ID=plan9\n", null],
    ["darwin", "", "brew install python@3.12"],
  ] as const)("%s with %j must be told: %s%s", (platform, osRelease, command) => {
    expect(packageCommand({ platform, osRelease, isRoot: false })).toBe(command);
  });

  test("root must not be told to use sudo", () => {
    expect(packageCommand({ platform: "linux", osRelease: debian, isRoot: true })).toMatch(/^apt-get/);
  });

  test("what is there instead must be said", () => {
    const message = (found: Parameters<typeof pythonMissing>[1], env = {}): string =>
      pythonMissing({ ...machine, env }, found, debian).message;
    expect(message([])).toBe("LiteLLM needs Python 3.10 or newer, and there is none on the PATH");
    expect(message([{ ...python, version: [3, 9, 6] }])).toBe("LiteLLM needs Python 3.10 or newer; python3 is 3.9.6");
    expect(message([python])).toBe("Python 3.11.2 (python3) has neither pip nor venv, and there is no uv");
    expect(message([], { GOAT_DEV_PYTHON: "managed" })).toMatch(/^GOAT_DEV_PYTHON=managed needs uv/);
    expect(message([], { GOAT_DEV_PYTHON: "/opt/py" })).toBe(
      "GOAT_DEV_PYTHON is /opt/py, which is no Python that runs",
    );
  });

  test("an answer that is none must count as no Python", () => {
    expect(readAnswer("python3", "pyenv: python3.13: command not found")).toBeUndefined();
    expect(readAnswer("python3", '{"a":1}')).toBeUndefined();
    expect(readAnswer("p", '["/usr/bin/python3.11",[3,11,2],true,false]')).toEqual({
      ...{ command: "p", base: "/usr/bin/python3.11", version: [3, 11, 2], pip: true, venv: false },
    });
  });

  test("what leads Python or pip elsewhere must not reach them, and mirrors must", () => {
    const env = {
      PYTHONPATH: "/x",
      PYTHONHOME: "/y",
      VIRTUAL_ENV: "/v",
      PIP_TARGET: "/t",
      PIP_INDEX_URL: "i",
      PATH: "/bin",
    };
    expect(plainEnv(env)).toEqual({ PIP_INDEX_URL: "i", PATH: "/bin" });
  });
});
