"""Prisma's query engine, where it is goat-dev's own: started beside LiteLLM's imports and kept for each configuration's process in turn."""

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
    """A native engine starts within milliseconds, and each process has one of its own."""

    def __init__(self) -> None:
        self.pid = 0

    def start(self) -> None:
        """Unless it runs. Whoever comes before it is there waits at its door."""
        if self.pid or not postgres.is_address(os.environ.get("DATABASE_URL", "")):
            return
        program, schema = own_program(), schema_file()
        if program is None or schema is None:
            return
        name = f"goat-dev-{os.getpid()}-{secrets.token_hex(8)}"
        # Each process has an engine of its own where this one cannot be had.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as listener:
            # Of no file system: nothing is left behind.
            listener.bind("\0" + name)
            listener.listen()
            listener.set_inheritable(True)
            command = [program, "keep", str(listener.fileno())]
            self.pid = os.posix_spawn(program, command, {**os.environ, "PRISMA_DML_PATH": schema})
            os.environ.update(GOAT_DEV_ENGINE_DOOR=name, GOAT_DEV_ENGINE_ATTACH=ATTACH, GOAT_DEV_ENGINE_PYTHON=sys.executable)

    def ended(self) -> None:
        """Its clients start engines of their own until the next configuration."""
        self.pid = 0
        os.environ.pop("GOAT_DEV_ENGINE_DOOR", None)

    def stop(self) -> None:
        if self.pid:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM)
            self.ended()


def own_program() -> str | None:
    """goat-dev's lies beside what it starts."""
    program = os.environ.get("PRISMA_QUERY_ENGINE_BINARY", "")
    return program if program and Path(program).with_name("prisma-engine.js").is_file() else None


def schema_file() -> str | None:
    client = importlib.util.find_spec("prisma")
    return None if client is None or client.origin is None else str(Path(client.origin).with_name("schema.prisma"))
