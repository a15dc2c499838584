"""Binds the port at once, so that a port in use is noticed; it refuses connections until the first process listens."""

from __future__ import annotations

import errno
import socket
import sys
import time

from launcher import say

# When a launcher was killed, its process holds the port for a moment until it notices.
TRIES = 40
PAUSE_SECONDS = 0.1


def bind(host: str, port: int) -> list[socket.socket]:
    """One socket for each address of the host. Ends the program with status 1 where an address cannot be bound."""
    for attempt in range(TRIES):
        try:
            return [bound(address) for address in addresses(host, port)]
        except OSError as refused:
            if refused.errno != errno.EADDRINUSE or attempt == TRIES - 1:
                say(f"cannot listen on {host}:{port}: {refused.strerror or refused}")
                sys.exit(1)
        time.sleep(PAUSE_SECONDS)
    raise AssertionError


def addresses(host: str, port: int) -> list[tuple]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((family, address) for family, _, _, _, address in found))


def bound(address: tuple) -> socket.socket:
    family, where = address
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(where)
    except OSError:
        made.close()
        raise
    return made
