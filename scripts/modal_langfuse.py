"""Langfuse 2 with its Postgres in one Modal container, since only HTTP leaves an app. Never run on Modal yet: its image is assumed.

    python modal_langfuse.py [--folder FOLDER] [--database-port PORT] [--every SECONDS] DUMPS [COMMAND…]

A volume is no place for a live database: it lives on the container's disk, is dumped to the volume every minute, and is loaded from the
newest dump at the start. A container that is killed loses the traces of its last minute.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Mapping
from urllib.parse import quote

from modal_database import Database

PORT = 3000
DUMP_SECONDS = 60.0
# In the Compose file that everybody has.
KNOWN_KEYS = {"sk-lf-goat-dev", "pk-lf-goat-dev"}
COMMAND = ["dumb-init", "--", "./web/entrypoint.sh", "node", "./web/server.js", "--keepAliveTimeout", "110000"]


def check_keys(environment: Mapping[str, str]) -> None:
    """The address is public: the template's keys would open it to everybody. Ends the program."""
    for name, secret in {
        "POSTGRES_PASSWORD": "goat-postgres",
        "LANGFUSE_PUBLIC_KEY": "goat-langfuse",
        "LANGFUSE_SECRET_KEY": "goat-langfuse",
    }.items():
        if not environment.get(name):
            raise SystemExit(f"{name} is missing in the secret {secret}")
        if environment[name] in KNOWN_KEYS:
            raise SystemExit(f"{name} in the secret {secret} is one that everybody knows: set one of your own")


def derive(secret: str, purpose: str) -> str:
    """A key of its own for each purpose, the same after every start; nothing more has to be kept in a secret."""
    return hmac.new(secret.encode(), f"goat-langfuse {purpose}".encode(), hashlib.sha256).hexdigest()


def langfuse_environment(environment: Mapping[str, str], database_port: int) -> dict[str, str]:
    """One project with the keys that LiteLLM sends, one user, no signing up: the address is public."""
    password, secret_key = environment["POSTGRES_PASSWORD"], environment["LANGFUSE_SECRET_KEY"]
    return {
        **environment,
        "DATABASE_URL": f"postgresql://postgres:{quote(password, safe='')}@127.0.0.1:{database_port}/langfuse",
        "NEXTAUTH_URL": environment.get("GOAT_LANGFUSE_URL", f"http://localhost:{PORT}"),
        "NEXTAUTH_SECRET": derive(password, "session"),
        "SALT": derive(password, "salt"),
        "HOSTNAME": "0.0.0.0",
        "PORT": str(PORT),
        "TELEMETRY_ENABLED": "false",
        "AUTH_DISABLE_SIGNUP": "true",
        "LANGFUSE_INIT_ORG_ID": "goat",
        "LANGFUSE_INIT_ORG_NAME": "goat",
        "LANGFUSE_INIT_PROJECT_ID": "goat-dev",
        "LANGFUSE_INIT_PROJECT_NAME": "goat-dev",
        "LANGFUSE_INIT_PROJECT_PUBLIC_KEY": environment["LANGFUSE_PUBLIC_KEY"],
        "LANGFUSE_INIT_PROJECT_SECRET_KEY": secret_key,
        "LANGFUSE_INIT_USER_EMAIL": "dev@goat.local",
        "LANGFUSE_INIT_USER_NAME": "dev",
        # Who holds the project's secret key may see the project.
        "LANGFUSE_INIT_USER_PASSWORD": secret_key,
    }


def keep_dumping(database: Database, every: float, ended: threading.Event) -> None:
    while not ended.wait(every):
        dump(database)


def dump(database: Database) -> None:
    try:
        database.dump()
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"goat: no dump this time: {error}", flush=True)


def supervise(database: Database, command: list[str], every: float) -> int:
    """Until the command ends, or SIGTERM or SIGINT asks; the last thing is a dump. Returns the command's status."""
    langfuse = subprocess.Popen(command, env=langfuse_environment(os.environ, database.port))
    for number in (signal.SIGTERM, signal.SIGINT):
        # Langfuse 2 does not end on SIGTERM.
        signal.signal(number, lambda *_: langfuse.kill())
    ended = threading.Event()
    dumping = threading.Thread(target=keep_dumping, args=(database, every, ended))
    dumping.start()
    status = langfuse.wait()
    ended.set()
    dumping.join()
    dump(database)
    return status


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("/var/lib/goat-postgres"))
    parser.add_argument("--database-port", type=int, default=5432)
    parser.add_argument("--every", type=float, default=DUMP_SECONDS)
    parser.add_argument("dumps", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    check_keys(os.environ)
    database = Database(asked.folder, asked.dumps, asked.database_port)
    try:
        database.start(os.environ["POSTGRES_PASSWORD"])
        database.load()
        return supervise(database, asked.command or COMMAND, asked.every)
    finally:
        database.stop()


if __name__ == "__main__":
    sys.exit(main())
