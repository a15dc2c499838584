import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { inPython } from "./in-python.ts";

/** A supervisor that has these modules of a folder to load, and nothing else to do. */
const supervisor = `import signal
from launcher.supervisor import Supervisor

sys.path.insert(0, given)
supervisor = Supervisor(None, None, None)
supervisor.listen_to_signals()
supervisor.to_load = ["first", "second"]
`;

test("modules must be loaded one by one, so that what is asked meanwhile is answered in between", () => {
  const folder = writeFiles(tempFolder(), { "first.py": "", "second.py": "raise ValueError('not here')" });
  const program = `${supervisor}
result = []
while supervisor.may_load:
    supervisor.load_module()
    result.append([name in sys.modules for name in ("first", "second")])
`;
  expect(inPython(program, folder)).toEqual([
    [true, false],
    [true, false],
  ]);
});

test.each(["SIGTERM", "SIGINT", "SIGQUIT"])(
  "%s must not wait until a module is loaded, and be heard afterwards",
  (name) => {
    const slow = `import os, signal, time
os.kill(os.getpid(), signal.${name})
try:
    time.sleep(600)
except Exception:
    pass
`;
    const folder = writeFiles(tempFolder(), { "first.py": slow, "second.py": "" });
    const program = `${supervisor}
supervisor.load_module()
heard = list(os.read(supervisor.wakeup, 16))
result = {"loaded": "first" in sys.modules, "left": supervisor.to_load, "heard": heard == [signal.${name}]}
`;
    expect(inPython(`import os\n${program}`, folder)).toEqual({ loaded: false, left: ["second"], heard: true });
  },
);

test("a supervisor that is stopping must load nothing more", () => {
  const folder = writeFiles(tempFolder(), { "first.py": "", "second.py": "" });
  const program = `${supervisor}
supervisor.stopping = True
supervisor.load_module()
result = {"may": supervisor.may_load, "loaded": "first" in sys.modules}
`;
  expect(inPython(program, folder)).toEqual({ may: false, loaded: false });
});
