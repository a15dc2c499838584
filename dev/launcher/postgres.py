"""Waits until Postgres takes log-ins, so that LiteLLM can be loaded while Postgres starts."""

from __future__ import annotations

import os
import socket
import struct
import time
from urllib.parse import unquote, urlsplit

from launcher import say

WAIT_SECONDS = float(os.environ.get("GOAT_DEV_DATABASE_SECONDS") or 60)
QUIET_SECONDS = 3.0
TRY_SECONDS = 2.0
PAUSE_SECONDS = 0.05
PROTOCOL = 196_608
SCHEMES = ("postgres", "postgresql")
# Error code cannot_connect_now: Postgres is starting up, shutting down or recovering.
NOT_YET = b"C57P03\0"


def is_address(url: str) -> bool:
    return url.partition("://")[0] in SCHEMES


def wait(url: str) -> None:
    """Waits until Postgres takes log-ins. Also returns after WAIT_SECONDS: LiteLLM says best what is wrong then."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        return
    begin = time.monotonic()
    told = False
    while (why := not_ready(parts.hostname, parts.port or 5432, parts.username, parts.path)) is not None:
        passed = time.monotonic() - begin
        if passed > WAIT_SECONDS:
            say(f"Postgres is not there after {WAIT_SECONDS:.0f} s: {why}")
            return
        if passed > QUIET_SECONDS and not told:
            say(f"waits for Postgres at {parts.hostname}:{parts.port or 5432}: {why}")
            told = True
        time.sleep(PAUSE_SECONDS)


def not_ready(host: str, port: int, user: str | None, path: str) -> str | None:
    """Why Postgres is not ready; None once it asks for a password, or refuses for a reason that will not pass."""
    names = {"user": unquote(user or "postgres"), "database": unquote(path.lstrip("/")) or "postgres"}
    try:
        with socket.create_connection((host, port), TRY_SECONDS) as connection:
            connection.sendall(startup_message(names))
            answer = connection.recv(4096)
    except OSError as refused:
        return refused.strerror or str(refused)
    if not answer:
        return "it hangs up"
    return "it starts up" if answer.startswith(b"E") and NOT_YET in answer else None


def startup_message(names: dict[str, str]) -> bytes:
    text = b"".join(part.encode() + b"\0" for pair in names.items() for part in pair) + b"\0"
    return struct.pack("!ii", len(text) + 8, PROTOCOL) + text
