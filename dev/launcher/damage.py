"""Checks that every file of the installation is there with its size; used only when LiteLLM could not be loaded."""

import csv
import os
import sys
import sysconfig


def first_damaged() -> str | None:
    """The first damaged file, relative to site-packages, as the packages' own lists name it; None where none is."""
    folder = sysconfig.get_path("purelib")
    for package in sorted(os.listdir(folder)):
        if not package.endswith(".dist-info"):
            continue
        try:
            with open(os.path.join(folder, package, "RECORD"), newline="", encoding="utf-8") as record:
                rows = list(csv.reader(record))
        except OSError:
            return f"{package}/RECORD"
        for row in rows:
            # A file without a size in the list was made on this machine.
            if len(row) == 3 and row[2] and not row[0].endswith(".pyc"):
                path = os.path.join(folder, row[0])
                if not os.path.exists(path) or os.path.getsize(path) != int(row[2]):
                    return row[0]
    return None


def report(marker: str) -> None:
    """A damaged installation counts as none from now on, so the next start makes it anew."""
    damaged = first_damaged()
    if damaged is None:
        return
    try:
        os.remove(marker)
    except OSError:
        pass
    print(f"the installation of LiteLLM is damaged ({damaged}): goat-dev up installs it anew", file=sys.stderr)
