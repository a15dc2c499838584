"""The files that a configuration is made of, and what they hold."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any, Mapping


def files_of(config: str | None) -> dict[str, str | None]:
    """Path -> SHA-256 of the content, null where it cannot be read: the config and what it includes, at any depth."""
    found: dict[str, str | None] = {}
    if config is not None:
        collect(os.path.abspath(config), os.path.abspath(config), found)
    return found


def collect(path: str, root: str, found: dict[str, str | None]) -> None:
    if path in found:
        return
    content = content_of(path)
    found[path] = hash_of(content)
    for name in includes_in(content or b""):
        collect(included(name, path, root), root, found)


def content_of(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def has_changed(files: Mapping[str, str | None]) -> bool:
    """True where a file was edited while a process booted, which may have read either content."""
    return any(hash_of(content_of(path)) != known for path, known in files.items())


def hash_of(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def short_hash(value: str | None) -> str | None:
    """The hash of a variable's value, as goat-dev records it on a container; None for one that is not set."""
    return None if value is None else hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:12]


def includes_in(content: bytes) -> list[str]:
    if b"include" not in content:
        return []
    # Installed with LiteLLM.
    import yaml

    try:
        document: Any = yaml.safe_load(content)
    except yaml.YAMLError:
        return []
    names = document.get("include") if isinstance(document, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def included(name: str, declared_in: str, root: str) -> str:
    """Path of an included file: beside the file that names it, else beside the first config, where LiteLLM looks."""
    beside = os.path.abspath(os.path.join(os.path.dirname(declared_in), name))
    beside_root = os.path.abspath(os.path.join(os.path.dirname(root), name))
    return beside if os.path.exists(beside) or not os.path.exists(beside_root) else beside_root
