"""What LiteLLM loads only with its first call, which takes a second: seen in one process, loaded before the next is forked."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import sys
from typing import Any, Callable, Iterable

QUIET_SECONDS = 1.0


async def tell_of_new_modules(known: set[str], tell: Callable[[list[str]], None]) -> None:
    """Once and again, whenever loading has come to rest."""
    last = len(sys.modules)
    while True:
        await asyncio.sleep(QUIET_SECONDS)
        count = len(sys.modules)
        if count == last and (new := sorted(name for name in set(sys.modules) - known if is_meant(name))):
            known.update(new)
            tell(new)
        last = count


# A user's own modules are read anew by each process. Others may start threads as they are loaded; these were seen not to.
MEANT = {"litellm", "litellm_enterprise", "litellm_proxy_extras", "langfuse", "uvicorn", "uvloop", "anyio", "mcp", "apscheduler", "websockets"}


def is_meant(name: str) -> bool:
    return name.split(".")[0] in MEANT


def build_routes(app: Any) -> None:
    """FastAPI puts its routes together when the first request looks for one, for a fifth of a second: here once for all processes."""

    async def nothing(*_message: Any) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/goat-dev/nothing", "root_path": "", "headers": []}
    try:
        asyncio.run(app.router(scope, nothing, nothing))
    except Exception:
        # Each process does it by itself then.
        pass


def load(names: Iterable[str]) -> None:
    for name in names:
        if name not in sys.modules:
            try:
                importlib.import_module(name)
            except Exception:
                # It loads where it is needed, or says there why not.
                continue
    gc.freeze()


def other_threads() -> int:
    """Threads do not go along into a fork: what they hold locked stays so."""
    return len(os.listdir("/proc/self/task")) - 1
