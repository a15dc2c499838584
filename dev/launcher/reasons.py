"""Why a configuration was refused, in one line, with its place where that is known."""

from __future__ import annotations

import contextlib
import re
import sys
from collections import deque
from typing import Any, Iterator

LONGEST = 500
PLACE = re.compile(r'in "([^"]+)", line (\d+), column (\d+)')
SHOWN_LINES = 3
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
NO_REASON = "ERROR:    Application startup failed. Exiting."


def of(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        mark = getattr(cause, "problem_mark", None)
        if mark is not None:
            return cut(f"{mark.name}:{mark.line + 1}:{mark.column + 1}: {getattr(cause, 'problem', None) or 'no YAML'}")
        cause = cause.__cause__ or cause.__context__
    return of_text(f"{type(error).__name__}: {error}")


def of_text(text: str) -> str:
    """The error at the end of a traceback, else the last line. A YAML reader's place and problem take precedence."""
    text = COLOURS.sub("", text).replace(NO_REASON, "")
    places = PLACE.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if places:
        path, line, column = places[-1]
        return cut(f"{path}:{line}:{column}: {problem_in(lines)}")
    starts = [number for number, line in enumerate(text.splitlines()) if re.match(r"[\w.]+(Error|Exception|Exit)\b", line)]
    kept = text.splitlines()[starts[-1] :] if starts else lines[-1:]
    return cut(" ".join(line.strip() for line in kept[:SHOWN_LINES]))


def has_place(why: str) -> bool:
    return re.search(r":\d+:\d+: ", why) is not None


def problem_in(lines: list[str]) -> str:
    told = [line for line in lines if not PLACE.search(line)]
    return told[-1] if told else "no YAML"


def of_exit(ended: SystemExit, words: LastWords) -> str:
    if isinstance(ended.code, str):
        return cut(ended.code)
    return of_text("\n".join(words.lines)) or f"it ended with status {ended.code or 0}"


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


class LastWords:
    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=60)
        self.stopped = False

    def take(self, text: str) -> None:
        if not self.stopped:
            self.lines.extend(line for line in text.splitlines() if line.strip())

    def stop(self) -> None:
        self.stopped = True
        self.lines.clear()


class Overheard:
    """A stream that passes on what is written to it, and keeps a copy in the last words."""

    def __init__(self, stream: Any, words: LastWords) -> None:
        self._stream = stream
        self._words = words

    def write(self, text: str) -> int:
        self._words.take(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def last_words() -> Iterator[LastWords]:
    """Collects what is printed before a process serves: if it never does, the last of it says why."""
    words = LastWords()
    sys.stdout, sys.stderr = Overheard(sys.stdout, words), Overheard(sys.stderr, words)
    yield words
