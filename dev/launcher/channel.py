"""One JSON document a line, between the launcher and a process that it forked."""

from __future__ import annotations

import json
import socket
from typing import Any, Mapping


class Channel:
    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self.rest = b""
        self.closed = False

    @classmethod
    def pair(cls) -> tuple[Channel, Channel]:
        own, its = socket.socketpair()
        own.setblocking(False)
        return cls(own), cls(its)

    def send(self, message: Mapping[str, Any]) -> None:
        try:
            self.socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            # Whoever has ended is noticed by its end.
            self.closed = True

    def receive(self) -> list[dict[str, Any]]:
        """What has come since; one that blocks waits for more."""
        try:
            piece = self.socket.recv(65_536)
        except BlockingIOError:
            return []
        except OSError:
            piece = b""
        if not piece:
            self.closed = True
            return []
        *lines, self.rest = (self.rest + piece).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self.closed = True
        self.socket.close()
