"""The control socket: one line asks for a reload with environment variables, or for the status; one line answers.

The socket has a name but no file: it works where nothing can be written, and is gone when the launcher ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import selectors
import socket
import struct
import sys
from typing import Any, Callable, Mapping

from launcher import say

LONGEST_REQUEST = 1_000_000
Answer = Callable[[Mapping[str, Any]], None]
Handler = Callable[[Mapping[str, Any], Answer], None]


def name_in(environment: Mapping[str, str]) -> bytes:
    """The socket's name.

    GOAT_DEV_CONTROL, which tells launchers apart, is hashed because names are limited in length.
    """
    own = environment.get("GOAT_DEV_CONTROL", "")
    return b"\0goat-dev-litellm-" + hashlib.sha256(own.encode()).hexdigest()[:16].encode()


class Control:
    def __init__(self, listener: socket.socket | None, selector: selectors.BaseSelector, handler: Handler) -> None:
        self.listener = listener
        self.selector = selector
        self.handler = handler
        self.open: set[socket.socket] = set()

    def accept(self) -> None:
        assert self.listener is not None
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        if not is_ours(connection):
            connection.close()
            return
        connection.setblocking(False)
        self.open.add(connection)
        received = bytearray()
        self.selector.register(connection, selectors.EVENT_READ, lambda: self.read(connection, received))

    def read(self, connection: socket.socket, received: bytearray) -> None:
        try:
            piece = connection.recv(65_536)
        except OSError:
            piece = b""
        received += piece
        if not piece or len(received) > LONGEST_REQUEST:
            self.forget(connection)
        elif b"\n" in received:
            # Nothing more is read from it; an answer may take a while.
            self.selector.unregister(connection)
            self.handle(connection, bytes(received).split(b"\n")[0])

    def handle(self, connection: socket.socket, line: bytes) -> None:
        def answer(document: Mapping[str, Any]) -> None:
            try:
                connection.setblocking(True)
                connection.settimeout(1)
                connection.sendall(json.dumps(document).encode() + b"\n")
            except OSError:
                # Whoever asked did not wait.
                pass
            self.open.discard(connection)
            connection.close()

        try:
            request = json.loads(line) if line.startswith(b"{") else {"do": line.decode().strip()}
        except ValueError:
            request = {"do": None}
        self.handler(request, answer)

    def forget(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        self.open.discard(connection)
        connection.close()

    def close(self) -> None:
        for one in [*self.open, self.listener]:
            if one is not None:
                one.close()


def listen(selector: selectors.BaseSelector, handler: Handler) -> Control:
    """Opens the control socket; where that fails, the launcher still hears SIGHUP."""
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(name_in(os.environ))
        listener.listen(16)
        listener.setblocking(False)
    except OSError as refused:
        say(f"no control socket, SIGHUP alone reloads: {refused.strerror or refused}")
        return Control(None, selector, handler)
    control = Control(listener, selector, handler)
    selector.register(listener, selectors.EVENT_READ, control.accept)
    return control


def is_ours(connection: socket.socket) -> bool:
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return user in (0, os.geteuid())


def ask(request: str, environment: Mapping[str, str]) -> int:
    """The client's side: prints the answer and returns the exit status.

    New variables come in GOAT_DEV_VARIABLES: the environment, unlike arguments, is in no process list.
    """
    document: dict[str, Any] = {"do": request}
    if variables := environment.get("GOAT_DEV_VARIABLES"):
        document["environment"] = json.loads(variables)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(name_in(environment))
            connection.sendall(json.dumps(document).encode() + b"\n")
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    except OSError as refused:
        answer = json.dumps({"ok": False, "why": f"no launcher answers: {refused.strerror or refused}", "absent": True}).encode()
    print(answer.decode().strip(), flush=True)
    return 0 if answer and json.loads(answer).get("ok") else 1
