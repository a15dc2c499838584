"""Loads ahead the modules that LiteLLM loads only at its first call, which takes a second.

The process that serves notes them, and the launcher loads them before it forks the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
from typing import Any, Callable

QUIET_SECONDS = 1.0


async def tell_of_new_modules(known: set[str], tell: Callable[[list[str]], None]) -> None:
    """Tells of new modules each time that loading has come to rest."""
    last = len(sys.modules)
    while True:
        await asyncio.sleep(QUIET_SECONDS)
        count = len(sys.modules)
        if count == last and (new := sorted(name for name in set(sys.modules) - known if is_meant(name))):
            known.update(new)
            tell(new)
        last = count


# Packages that may be loaded ahead: loading these was seen to start no threads, as others may. A user's own modules are
# left out, so that each process reads them anew.
MEANT = {"litellm", "litellm_enterprise", "litellm_proxy_extras", "langfuse", "uvicorn", "uvloop", "anyio", "mcp", "apscheduler", "websockets"}


def is_meant(name: str) -> bool:
    return name.split(".")[0] in MEANT


def build_routes(app: Any) -> None:
    """Builds FastAPI's routes once for all processes.

    FastAPI does so when the first request looks for a route, which takes a fifth of a second.
    """

    async def nothing(*_message: Any) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/goat-dev/nothing", "root_path": "", "headers": []}
    try:
        asyncio.run(app.router(scope, nothing, nothing))
    except Exception:
        # Then each process builds them itself.
        pass


class Interrupted(BaseException):
    """Ends the loading of a module. Not an Exception, which the module itself may catch."""


def load(name: str) -> None:
    if name not in sys.modules:
        # LiteLLM loads what fails here when it needs it, and then says why it cannot.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def other_threads() -> int:
    """The number of threads besides this one.

    A fork does not copy them, and locks that they hold stay locked in the child.
    """
    return len(os.listdir("/proc/self/task")) - 1
