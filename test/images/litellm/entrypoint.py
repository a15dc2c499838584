#!/opt/litellm/bin/python
"""Starts LiteLLM. Where a database is configured, it must be possible to log in to it, as in the official image."""

import os
import signal
import sys
import time
from urllib.parse import unquote, urlsplit, urlunsplit

ATTEMPTS = 4
PAUSE_SECONDS = 1.0
ATTEMPT_SECONDS = 5.0
GIVEN_UP = (
    "Database setup failed after multiple retries. The proxy cannot start safely. "
    "Please check your database connection and migration status."
)
NO_ENGINES = (
    "goat-test image: the database accepts this log-in. Prisma's engines are not part of this image, "
    "so LiteLLM runs without the database."
)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def refusal(url: str) -> str | None:
    """One try at logging in: what Prisma would say about it, or None where it works."""
    import asyncio

    import asyncpg

    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or 5432
    user, database = unquote(parts.username or ""), unquote(parts.path.lstrip("/"))

    async def log_in() -> None:
        # Prisma's own parameters (?schema=…) are no server settings.
        plain = urlunsplit(parts._replace(query=""))
        connection = await asyncpg.connect(plain, timeout=ATTEMPT_SECONDS)
        await connection.close()

    try:
        asyncio.run(log_in())
    except asyncpg.InvalidAuthorizationSpecificationError:
        return (
            f"P1000: Authentication failed against database server at `{host}`, "
            f"the provided database credentials for `{user}` are not valid."
        )
    except asyncpg.InvalidCatalogNameError:
        return f"P1003: Database `{database}` does not exist on the database server at `{host}:{port}`."
    except (OSError, asyncio.TimeoutError, asyncpg.PostgresError):
        return f"P1001: Can't reach database server at `{host}:{port}`"
    return None


def require_database(url: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        refused = refusal(url)
        if refused is None:
            say(NO_ENGINES)
            return
        say(f"Error: {refused}")
        if attempt < ATTEMPTS:
            time.sleep(PAUSE_SECONDS)
    say(GIVEN_UP)
    sys.exit(1)


def main() -> None:
    # The first process of a container ignores signals that it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    url = os.environ.get("DATABASE_URL", "")
    # LiteLLM itself refuses an empty URL and any other kind of database.
    if url.startswith(("postgres://", "postgresql://")):
        require_database(url)
        del os.environ["DATABASE_URL"]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp("litellm", ["litellm", *sys.argv[1:]])


main()
