"""Starts Prisma's query engine while LiteLLM is loaded, and keeps it for the process of each configuration in turn.

Only where the engine is goat-dev's own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import signal
import socket
import sys
from pathlib import Path

from launcher import postgres

ATTACH = str(Path(__file__).with_name("attach.py"))


class Engine:
    """The engine that is kept.

    A native engine is not: it starts within milliseconds, and each process has one of its own.
    """

    def __init__(self) -> None:
        self.pid = 0

    def start(self) -> None:
        """Starts the engine unless it runs. A client that comes before the engine is ready waits at its socket."""
        if self.pid or not postgres.is_address(os.environ.get("DATABASE_URL", "")):
            return
        program, schema = own_program(), schema_file()
        if program is None or schema is None:
            return
        name = f"goat-dev-{os.getpid()}-{secrets.token_hex(8)}"
        # Each process has an engine of its own where this one cannot be had.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
            # A socket name without a file: nothing is left behind.
            listener.bind("\0" + name)
            listener.listen()
            listener.set_inheritable(True)
            command = [program, "keep", str(listener.fileno())]
            self.pid = os.posix_spawn(program, command, {**os.environ, "PRISMA_DML_PATH": schema})
            os.environ.update(GOAT_DEV_ENGINE_DOOR=name, GOAT_DEV_ENGINE_ATTACH=ATTACH, GOAT_DEV_ENGINE_PYTHON=sys.executable)

    def ended(self) -> None:
        """Notes that the engine has ended: clients start engines of their own until the next configuration."""
        self.pid = 0
        os.environ.pop("GOAT_DEV_ENGINE_DOOR", None)

    def stop(self) -> None:
        if self.pid:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM)
            self.ended()


def own_program() -> str | None:
    """Path of goat-dev's own engine, which has prisma-engine.js beside it; None where another engine is set."""
    program = os.environ.get("PRISMA_QUERY_ENGINE_BINARY", "")
    return program if program and Path(program).with_name("prisma-engine.js").is_file() else None


def schema_file() -> str | None:
    client = importlib.util.find_spec("prisma")
    return None if client is None or client.origin is None else str(Path(client.origin).with_name("schema.prisma"))
