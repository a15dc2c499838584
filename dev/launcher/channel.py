"""Messages between the launcher and a process that it forked: one JSON document per line, and open connections."""

from __future__ import annotations

import json
import os
import select
import socket
from typing import Any, Iterator, Mapping, Sequence

# How many go in one message; the system's own limit is a little higher.
MOST_CONNECTIONS = 200


class Channel:
    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self.rest = b""
        self.files: list[int] = []
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
            # The other side has ended, which is noticed by its end.
            self.closed = True

    def send_connections(self, files: Sequence[int]) -> bool:
        """Sends file descriptors, which stay open on this side as well; False where they could not be sent."""
        line = json.dumps({"do": "take", "connections": len(files)}).encode() + b"\n"
        try:
            return socket.send_fds(self.socket, [line], files) == len(line)
        except OSError:
            return False

    def receive(self) -> list[dict[str, Any]]:
        """Waits for data and returns the messages that it completes; sets `closed` where the other side has ended."""
        try:
            piece, files, _, _ = socket.recv_fds(self.socket, 65_536, MOST_CONNECTIONS)
        except OSError:
            piece, files = b"", []
        self.files += files
        if not piece:
            self.closed = True
            return []
        *lines, self.rest = (self.rest + piece).split(b"\n")
        return [self.read(line) for line in lines]

    def waiting(self) -> Iterator[dict[str, Any]]:
        """All that has come so far: a process that has ended may have left several messages."""
        while not self.closed and select.select([self.socket], [], [], 0)[0]:
            yield from self.receive()

    def read(self, line: bytes) -> dict[str, Any]:
        message = json.loads(line)
        if "connections" in message:
            count = message["connections"]
            message["connections"], self.files = self.files[:count], self.files[count:]
        return message

    def close(self) -> None:
        self.closed = True
        self.socket.close()
        close_files(self.files)


def close_files(files: Sequence[int]) -> None:
    for file in files:
        os.close(file)
