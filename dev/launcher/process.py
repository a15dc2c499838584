"""A process that the launcher forked: what it serves, who asked for it, and how it ends."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from launcher.channel import Channel

ENDING_SECONDS = 3.0

Answer = Callable[[Mapping[str, Any]], None]


@dataclass
class Process:
    pid: int
    channel: Channel
    generation: int
    environment: Mapping[str, str | None]
    asked: list[Answer]
    born: float = field(default_factory=time.monotonic)
    files: Mapping[str, str | None] = field(default_factory=dict)
    has_routes: bool = False
    why: str | None = None
    told_to_retire: float | None = None
    retired: bool = False
    reported: bool = False


def send_signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def exit_status(wait_status: int) -> int:
    """The exit status as shells give it: 128 plus the signal's number where a signal ended the process."""
    return 128 + os.WTERMSIG(wait_status) if os.WIFSIGNALED(wait_status) else os.WEXITSTATUS(wait_status)


def wait_for_ends(pids: list[int]) -> None:
    end = time.monotonic() + ENDING_SECONDS
    left = set(pids)
    while left and time.monotonic() < end:
        left -= {pid for pid in left if is_gone(pid)}
        time.sleep(0.02)
    for pid in left:
        send_signal(pid, signal.SIGKILL)


def is_gone(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
