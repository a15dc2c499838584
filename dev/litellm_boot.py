"""Python loads this before LiteLLM: while it boots no garbage is collected, which saves a quarter of the time.

The Compose file mounts it as sitecustomize.py. Nothing depends on it: without it LiteLLM only takes longer to start.
"""

import gc
import os
import threading

# Long enough for a slow machine's boot; a slower one only loses speed.
COLLECT_AFTER_SECONDS = float(os.environ.get("GOAT_DEV_COLLECT_AFTER") or 15)


def collect_from_now_on() -> None:
    # What the boot has made stays: it need not be looked at again.
    gc.freeze()
    gc.enable()


gc.disable()
timer = threading.Timer(COLLECT_AFTER_SECONDS, collect_from_now_on)
timer.daemon = True
timer.start()
# The timer's thread does not go along into a forked worker.
os.register_at_fork(after_in_child=collect_from_now_on)
