"""A log file of bounded size, whose lines have a time and a stream."""

from __future__ import annotations

import atexit
import fcntl
import io
import os
import sys
import threading
import time

LOG_LIMIT = int(os.environ.get("GOAT_DEV_LOG_LIMIT") or 5_000_000)
OLD_LOGS = 2
LONGEST_LINE = 64_000


class LogFile:
    """Standard output and error are this file itself, so that nothing written below Python, or by a crash, is lost."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.turn = threading.RLock()
        self.reopen()

    def reopen(self) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for stream in (1, 2):
            os.dup2(file, stream)
        os.close(file)

    def write(self, line: bytes) -> None:
        with self.turn:
            if os.fstat(1).st_size >= LOG_LIMIT:
                self.rotate()
            while line:
                line = line[os.write(1, line) :]

    def rotate(self) -> None:
        """One process at a time renames; one that comes late finds another file at the path and goes over to it."""
        try:
            fcntl.lockf(1, fcntl.LOCK_EX)
            here = os.stat(self.path)
            if (here.st_dev, here.st_ino) == (os.fstat(1).st_dev, os.fstat(1).st_ino):
                for number in range(OLD_LOGS - 1, 0, -1):
                    if os.path.exists(f"{self.path}.{number}"):
                        os.replace(f"{self.path}.{number}", f"{self.path}.{number + 1}")
                os.replace(self.path, f"{self.path}.1")
        except OSError:
            # Somebody removed the file, or the disk is full: what matters is to go on.
            pass
        try:
            self.reopen()
        except OSError:
            pass


class Stamped(io.RawIOBase):
    """Cuts one stream into lines and stamps each with its time (UTC) and stream."""

    def __init__(self, log: LogFile, name: str, descriptor: int) -> None:
        self.log = log
        self.label = name.encode()
        self.descriptor = descriptor
        self.rest = b""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.descriptor

    def write(self, data) -> int:
        data = bytes(data)
        with self.log.turn:
            *lines, self.rest = (self.rest + data).split(b"\n")
            if len(self.rest) > LONGEST_LINE:
                lines.append(self.rest)
                self.rest = b""
            for line in lines:
                self.put(line)
        return len(data)

    def put(self, line: bytes) -> None:
        now = time.time()
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        stamp = b"%s.%03dZ %s " % (moment.encode(), int(now * 1000) % 1000, self.label)
        try:
            self.log.write(stamp + line + b"\n")
        except OSError:
            # A full disk must not end a gateway that works.
            pass

    def finish(self) -> None:
        with self.log.turn:
            if self.rest:
                self.put(self.rest)
                self.rest = b""


def write_to(path: str) -> None:
    log = LogFile(path)
    for name, label, descriptor in (("stdout", "out", 1), ("stderr", "err", 2)):
        raw = Stamped(log, label, descriptor)
        text = io.TextIOWrapper(raw, "utf-8", "backslashreplace", newline="\n", line_buffering=True, write_through=True)
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
        # The first to be registered is the last to be called.
        atexit.register(raw.finish)


