"""Collects no garbage while LiteLLM boots, which saves a quarter of the time: there would be nothing to free."""

from __future__ import annotations

import gc
import os
import threading

# Long enough for a slow machine's boot; a slower one only loses speed.
COLLECT_AFTER_SECONDS = float(os.environ.get("GOAT_DEV_COLLECT_AFTER") or 15)


def resume() -> None:
    # Objects from the boot stay in use: the collector need not look at them again.
    gc.freeze()
    gc.enable()


def pause_for_boot() -> None:
    """Stops collecting for COLLECT_AFTER_SECONDS, in a process that is not told when it has booted."""
    gc.disable()
    timer = threading.Timer(COLLECT_AFTER_SECONDS, resume)
    timer.daemon = True
    timer.start()
    # The timer's thread does not go along into a forked worker.
    os.register_at_fork(after_in_child=resume)
