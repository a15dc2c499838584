from __future__ import annotations

import sys


def say(text: str) -> None:
    print(f"goat-dev: {text}", file=sys.stderr, flush=True)
