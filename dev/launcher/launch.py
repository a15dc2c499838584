"""LiteLLM with reload: imports it once, holds its port, and forks a process for each configuration.

    python launch.py --config config.yaml --port 4000     LiteLLM's own arguments
    python launch.py reload                               takes a changed configuration over; says why where it cannot
    python launch.py status                               what is served, as JSON

SIGHUP reloads as well. Where this cannot work, LiteLLM runs plainly with the same arguments. The standard library is enough.
"""

from __future__ import annotations

import os
import sys

# No __pycache__ here: the folder is mounted, and a changed folder is a changed service.
sys.dont_write_bytecode = True
# Python puts this folder on its path; without it there, the launcher's modules do not hide others of the same name.
FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) != FOLDER]
sys.path.insert(0, os.path.dirname(FOLDER))

# Once the package is imported, its modules are found without the path.
import launcher

sys.path.pop(0)


def main() -> None:
    arguments = sys.argv[1:]
    if arguments[:1] in (["reload"], ["status"]):
        from launcher import control

        sys.exit(control.ask(arguments[0], os.environ))
    from launcher import logs

    if os.environ.get("GOAT_DEV_LOG_FILE"):
        logs.write_to(os.environ["GOAT_DEV_LOG_FILE"])
    sys.argv[0] = "litellm"
    from launcher import start

    start.run(arguments)


if __name__ == "__main__":
    main()
else:
    # A worker that plain LiteLLM spawns imports this file under another name: it gets the log, not the command line.
    from launcher import collector, logs

    collector.pause_for_boot()
    if os.environ.get("GOAT_DEV_LOG_FILE"):
        logs.write_to(os.environ["GOAT_DEV_LOG_FILE"])
