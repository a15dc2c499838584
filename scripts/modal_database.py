"""Postgres for one container's life, on its own disk, loaded from a dump and dumped again. Standard library only.

Each container writes a dump of its own, named after its start: one that is being replaced cannot overwrite its successor's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

KEPT_DUMPS = 3
START_SECONDS = 60.0
ALPINE_BIN = "/usr/libexec/postgresql16"


class Database:
    """A Postgres of this container's own; as root it runs as the user postgres, for Postgres refuses root."""

    def __init__(self, folder: Path, dumps: Path, port: int) -> None:
        self.folder, self.dumps, self.port = folder, dumps, port
        self.user = "postgres" if os.getuid() == 0 else None
        self.own_dump = dumps / f"langfuse-{time.time_ns():020d}.dump"
        self.server: subprocess.Popen[bytes] | None = None

    def run(self, tool: str, *arguments: str) -> None:
        """Speaks to the server through its socket, which trusts: no password in a command line."""
        connection = [] if tool == "initdb" else ["-h", str(self.folder), "-p", str(self.port), "-U", "postgres"]
        subprocess.run([binary(tool), *connection, *arguments], check=True, user=self.user, cwd=self.folder)

    def start(self, password: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o755)
        if self.user:
            shutil.chown(self.folder, self.user)
        secret = self.folder / "password"
        descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(password)
        if self.user:
            shutil.chown(secret, self.user)
        data = str(self.folder / "data")
        authentication = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"]
        self.run("initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", *authentication)
        secret.unlink()
        server = [binary("postgres"), "-D", data, "-p", str(self.port), "-k", str(self.folder)]
        self.server = subprocess.Popen(
            [*server, "-c", "listen_addresses=127.0.0.1"], user=self.user, cwd=self.folder, start_new_session=True
        )
        self.wait()

    def wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        ready = [binary("pg_isready"), "-q", "-h", str(self.folder), "-p", str(self.port)]
        while subprocess.run(ready).returncode != 0:
            if self.server is None or self.server.poll() is not None or time.monotonic() >= end:
                raise SystemExit("Postgres does not start; its lines above say why")
            time.sleep(0.1)

    def load(self) -> None:
        """Ends the program where the newest dump cannot be read: going on empty would in time replace what it holds."""
        self.run("createdb", "langfuse")
        newest = max(self.dumps.glob("langfuse-*.dump"), default=None)
        if newest is None:
            return
        try:
            with open(newest, "rb") as dump:
                restore = [binary("pg_restore"), "-h", str(self.folder), "-p", str(self.port), "-U", "postgres"]
                subprocess.run([*restore, "-d", "langfuse", "--exit-on-error"], stdin=dump, check=True, user=self.user)
        except subprocess.CalledProcessError as error:
            raise SystemExit(f"{newest} cannot be loaded; take it away, or put a good one in its place") from error
        print(f"goat: loaded {newest.name}", flush=True)

    def dump(self) -> None:
        """Takes its name only when it is whole. Throws CalledProcessError, OSError."""
        fresh = self.own_dump.with_suffix(".new")
        dump = [binary("pg_dump"), "-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-Fc", "langfuse"]
        with open(fresh, "wb") as file:
            subprocess.run(dump, stdout=file, check=True, user=self.user)
        fresh.replace(self.own_dump)
        for old in sorted(self.dumps.glob("langfuse-*.dump"))[:-KEPT_DUMPS]:
            old.unlink()

    def stop(self) -> None:
        if self.server is not None and self.server.poll() is None:
            # The fast way: it does not wait for clients.
            self.server.send_signal(signal.SIGINT)
            self.server.wait()


def binary(tool: str) -> str:
    folders = [os.environ.get("GOAT_POSTGRES_BIN", ""), ALPINE_BIN, os.environ.get("PATH", "")]
    found = shutil.which(tool, path=os.pathsep.join(folders))
    if found is None:
        raise SystemExit(f"{tool} of Postgres is not installed")
    return found
