"""Runs LiteLLM's own database migrations while LiteLLM is loaded, in a process of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from typing import Any, Mapping, NoReturn, Sequence

from launcher import postgres, served

MIGRATE_SECONDS = 600.0
NOTHING_TO_APPLY = b"No pending migrations to apply"
DONE, LEFT_TO_LITELLM, NOT_ASKED = 0, 1, 2
# With one of these LiteLLM asks another database than DATABASE_URL, or brings it up to date in another way.
OTHER_WAYS = (
    "CONFIG_FILE_PATH",
    "DIRECT_URL",
    "DISABLE_SCHEMA_UPDATE",
    "IAM_TOKEN_DB_AUTH",
    "LITELLM_CONFIG_BUCKET_NAME",
    "LITELLM_MIGRATION_DIR",
    "USE_V2_MIGRATION_RESOLVER",
)
OTHER_OPTIONS = ("--use_prisma_db_push", "--use_v2_migration_resolver", "--iam_token_db_auth")
# These set how many connections there are and for how long: the database is the same.
KNOWN_SETTINGS = {"database_connection_pool_limit", "database_connection_pool_timeout", "database_connection_timeout"}


class Update:
    """A run of the migrations, which begins when this is made. LiteLLM does by itself whatever it could not do."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.status: int | None = NOT_ASKED
        self.pid = 0
        if not postgres.is_address(os.environ.get("DATABASE_URL", "")):
            return
        read, self.held = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.held)
            run(arguments, read)
        os.close(read)
        self.status = None

    @property
    def is_under_way(self) -> bool:
        return self.status is None

    @property
    def has_waited(self) -> bool:
        return self.status != NOT_ASKED

    @property
    def is_done(self) -> bool:
        return self.status == DONE

    def ended(self, status: int) -> None:
        self.status = status
        # The system will give the id to another process some day.
        self.pid = 0
        os.close(self.held)

    def give_up(self) -> None:
        """Ends the migrations and leaves them to LiteLLM, also where their process was reaped elsewhere."""
        if self.is_under_way:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGTERM)
                os.waitpid(self.pid, 0)
            self.ended(LEFT_TO_LITELLM)


def finish() -> None:
    """What else LiteLLM does where no migration is pending, such as the repair of invalid indexes."""
    with contextlib.suppress(Exception):
        from litellm_proxy_extras.utils import ProxyExtrasDBManager

        ProxyExtrasDBManager.repair_invalid_indexes()
        ProxyExtrasDBManager.apply_replica_identity_full_if_requested()


def run(arguments: Sequence[str], parent: int) -> NoReturn:
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    status = NOT_ASKED
    try:
        if is_plain(arguments, os.environ):
            postgres.wait(os.environ["DATABASE_URL"])
            status = LEFT_TO_LITELLM
            if nothing_to_apply():
                status = DONE
    except BaseException:
        # LiteLLM will meet the same failure, and reports it best.
        pass
    os._exit(status)


def end_with(parent: int) -> None:
    os.read(parent, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def nothing_to_apply() -> bool:
    """Runs the migrations; True where none was pending.

    Tries once; LiteLLM retries for most of a minute where the database refuses.
    """
    extras = importlib.util.find_spec("litellm_proxy_extras")
    command = os.environ.get("PRISMA_CLI_PATH") or shutil.which("prisma")
    if extras is None or extras.origin is None or command is None:
        return False
    deploy = [command, "migrate", "deploy"]
    # Its output is not shown: where LiteLLM has to migrate again, it would be shown twice.
    with subprocess.Popen(
        deploy,
        cwd=os.path.dirname(extras.origin),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            said, _ = process.communicate(timeout=MIGRATE_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode == 0 and NOTHING_TO_APPLY in said


def is_plain(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    if any(environment.get(name) for name in OTHER_WAYS) or any(option in arguments for option in OTHER_OPTIONS):
        return False
    path = config_in(arguments)
    return path is None or has_no_settings_of_its_own(path)


def config_in(arguments: Sequence[str]) -> str | None:
    for option, value in zip(arguments, [*arguments[1:], None]):
        if option in ("--config", "-c"):
            return value
        if option.startswith("--config="):
            return option.partition("=")[2]
    return None


def has_no_settings_of_its_own(path: str) -> bool:
    # Installed with LiteLLM.
    import yaml

    document: Any = yaml.safe_load(served.content_of(path) or b"[]")
    if not isinstance(document, dict) or "include" in document or "environment_variables" in document:
        return False
    general = document.get("general_settings") or {}
    if general.get("database_url", "os.environ/DATABASE_URL") != "os.environ/DATABASE_URL":
        return False
    names = {name for name in general if name.startswith(("database_", "disable_prisma", "key_management", "use_azure_key", "use_google_kms"))}
    return names <= {*KNOWN_SETTINGS, "database_url"}
