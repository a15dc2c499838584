"""Loads LiteLLM and decides: with reload, or plainly where something is not as the launcher expects it."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Mapping

from launcher import collector, say
from launcher.engine import Engine
from launcher.preload import build_routes, other_threads
from launcher.schema import Update

IMAGE_ENTRY = Path("docker/prod_entrypoint.sh")
# With one of these options LiteLLM would start servers of its own, or none at all.
PLAIN_ONLY = ("run_gunicorn", "run_hypercorn", "run_granian", "reload", "health", "test", "version", "setup", "skip_server_startup")


@dataclass(frozen=True)
class Program:
    """LiteLLM's console entry point, and what its own parser makes of the arguments."""

    entry: Callable[[], Any]
    host: str
    port: int
    config: str | None


class Unfit(Exception):
    """Why LiteLLM runs plainly."""


def run(arguments: list[str]) -> None:
    end_on_signals()
    update: Update | None = None
    engine = Engine()
    try:
        require_platform()
        engine.start()
        update = Update(arguments)
        program = load(arguments)
        require_one_thread()
    except Exception as error:
        engine.stop()
        if update is not None:
            update.give_up()
        why = str(error) if isinstance(error, Unfit) else f"it cannot be loaded: {type(error).__name__}: {error}"
        run_plainly(arguments, why)
        return
    from launcher.supervisor import Supervisor

    gc.freeze()
    become = Supervisor(program, update, engine).run()
    # Only a forked child comes here: the launcher itself ends with its child's status.
    become()


def require_platform() -> None:
    if os.environ.get("GOAT_DEV_RELOAD", "").lower() in ("off", "false", "0"):
        raise Unfit("GOAT_DEV_RELOAD is off")
    if not sys.platform.startswith("linux"):
        raise Unfit("reloading works on Linux alone")


def load(arguments: list[str]) -> Program:
    """Loads LiteLLM, the slow part of its start. Raises Unfit where it is not the LiteLLM that is expected."""
    gc.disable()
    # numpy would start threads for calculations that a gateway never makes, and a fork does not copy threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import litellm

    entry = getattr(litellm, "run_server", None)
    if not hasattr(entry, "make_context"):
        raise Unfit("LiteLLM's entry point is not the one of click")
    parameters = parse(entry, arguments)
    import litellm.proxy.proxy_cli as command_line
    import litellm.proxy.proxy_server as server
    import uvicorn

    if "uvicorn.run(" not in inspect.getsource(command_line):
        raise Unfit("this LiteLLM does not start uvicorn by itself")
    if "sockets" not in inspect.signature(uvicorn.Server.run).parameters:
        raise Unfit("this uvicorn takes no sockets")
    build_routes(server.app)
    return Program(entry, parameters["host"], parameters["port"], parameters.get("config"))


def parse(entry: Any, arguments: list[str]) -> Mapping[str, Any]:
    try:
        parameters = entry.make_context("litellm", list(arguments)).params
    except Exception as refused:
        # LiteLLM itself says what is wrong with them, once it runs plainly.
        raise Unfit(f"the arguments are not understood ({type(refused).__name__})") from refused
    if (parameters.get("num_workers") or 1) != 1:
        raise Unfit("more than one worker")
    if other := [name for name in PLAIN_ONLY if parameters.get(name)]:
        raise Unfit(f"--{other[0]}")
    if parameters.get("cli_args") or "host" not in parameters or "port" not in parameters:
        raise Unfit("this LiteLLM takes other arguments than expected")
    return parameters


def require_one_thread() -> None:
    if threads := other_threads():
        raise Unfit(f"loading it starts {threads} more threads, which do not go along into a fork")


def run_plainly(arguments: list[str], reason: str) -> None:
    say(f"runs plain litellm, without reload: {reason}")
    restore_signals()
    if IMAGE_ENTRY.is_file() and not os.environ.get("GOAT_DEV_INSTALLED"):
        gc.enable()
        os.execv(IMAGE_ENTRY, [str(IMAGE_ENTRY), *arguments])
    collector.pause_for_boot()
    try:
        from litellm import run_server

        run_server()
    except Exception:
        report_damage()
        sys.exit(1)


def report_damage() -> None:
    # Only a LiteLLM that cannot be loaded gets here: it answers all other failures with an exit status.
    import traceback

    traceback.print_exc()
    if marker := os.environ.get("GOAT_DEV_INSTALLED"):
        from launcher import damage

        damage.report(marker)


def end_on_signals() -> None:
    """The first process of a container receives no signal for which it has no handler."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda number, _frame: os._exit(128 + number))
    # SIGHUP asks for nothing yet: a file that is edited while LiteLLM loads is read afterwards anyway.
    signal.signal(signal.SIGHUP, lambda *_: None)


def restore_signals() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
