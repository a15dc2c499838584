"""Finds the place in a config of a mistake that LiteLLM names without a place, or does not notice.

For a config that was refused, or that is about to be taken over.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

Place = tuple[Any, str]
SHORTEST_WORD = 4


def mistake_in(path: str, environment: Mapping[str, str], had_routes: bool) -> str | None:
    """The first mistake that keeps a config from replacing the one that serves, as `file:line:column: words`."""
    text, why = read(path)
    if text is None:
        return why
    root, why = tree_of(text, path)
    if why is not None:
        return why
    found = sorted(mistakes(root, environment, had_routes), key=lambda one: (one[0].line, one[0].column))
    return said(path, *found[0]) if found else None


def has_routes(path: str) -> bool:
    text, _ = read(path)
    routes = None if text is None else field_of_map(tree_of(text, path)[0], "model_list")
    return is_list(routes) and bool(routes.value)


def place_of(path: str, message: str) -> str | None:
    """The message with the place of the value that it names; None where it names none.

    LiteLLM quotes the value that it fails on, and seldom says where it stands.
    """
    text, _ = read(path)
    root = None if text is None else tree_of(text, path)[0]
    named = [node for node in scalars(root) if is_named(node.value, message)]
    longest = max(named, key=lambda node: len(node.value), default=None)
    return None if longest is None else said(path, longest.start_mark, message)


def read(path: str) -> tuple[str | None, str | None]:
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as refused:
        return None, f"{path}: {refused.strerror or refused}"
    try:
        return content.decode(), None
    except UnicodeDecodeError as broken:
        before = content[: broken.start].decode()
        return None, f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}: this is not UTF-8"


def tree_of(text: str, path: str) -> tuple[Any, str | None]:
    import yaml

    try:
        return yaml.compose(text, Loader=yaml.SafeLoader), None
    except yaml.reader.ReaderError as broken:
        before = text[: broken.position]
        place = f"{path}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        return None, f"{place}: the character U+{ord(text[broken.position]):04X} must not stand here"
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        return None, said(path, mark, getattr(broken, "problem", None) or "no YAML") if mark else f"{path}: {broken}"


def mistakes(root: Any, environment: Mapping[str, str], had_routes: bool) -> Iterator[Place]:
    if root is None:
        yield Start, "the config is empty"
        return
    if not is_map(root):
        yield root.start_mark, "the config must be a map"
        return
    yield from twice(root)
    for name in ("general_settings", "litellm_settings", "router_settings"):
        value = field(root, name)
        if value is not None and not is_map(value) and not is_null(value):
            yield value.start_mark, f"{name} must be a map"
    include = field(root, "include")
    if include is not None and not is_list(include):
        yield include.start_mark, "include must be a list of files"
    yield from unset_key(field(root, "general_settings"), environment)
    routes = field(root, "model_list")
    if routes is not None and not is_list(routes) and not is_null(routes):
        yield routes.start_mark, "model_list must be a list"
    elif had_routes and include is None and not (is_list(routes) and routes.value):
        yield (routes or root).start_mark, "model_list is empty: no model would be served any more"
    for route in routes.value if is_list(routes) else []:
        yield from route_mistakes(route)


def route_mistakes(route: Any) -> Iterator[Place]:
    if not is_map(route):
        yield route.start_mark, "a route must be a map"
        return
    yield from twice(route)
    if field(route, "model_name") is None:
        yield route.start_mark, "a route needs a model_name"
    params = field(route, "litellm_params")
    if params is None:
        yield route.start_mark, "a route needs litellm_params"
    elif not is_map(params):
        yield params.start_mark, "litellm_params must be a map"
    elif field(params, "model") is None:
        yield params.start_mark, "litellm_params needs a model"
    else:
        yield from twice(params)


def unset_key(settings: Any, environment: Mapping[str, str]) -> Iterator[Place]:
    """A master key whose variable is not set: LiteLLM would let everybody in."""
    key = field_of_map(settings, "master_key")
    value = key.value if key is not None and isinstance(key.value, str) else ""
    name = value.removeprefix("os.environ/")
    if name != value and not environment.get(name):
        yield key.start_mark, f"master_key: {name} is not set, so everybody would be let in"


def twice(node: Any) -> Iterator[Place]:
    seen = set()
    for key, _ in node.value:
        if isinstance(key.value, str) and key.value != "<<":
            if key.value in seen:
                yield key.start_mark, f"{key.value} stands here a second time"
            seen.add(key.value)


def scalars(node: Any) -> Iterator[Any]:
    if node is None:
        return
    if isinstance(node.value, str):
        yield node
    else:
        for part in node.value:
            yield from scalars(part[1] if isinstance(part, tuple) else part)


def is_named(value: str, message: str) -> bool:
    """True where the message contains the value, or the module's part of a dotted name, as a whole word."""
    words = {value, value.rpartition(".")[0]}
    return any(len(word) >= SHORTEST_WORD and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message) for word in words)


def field(node: Any, name: str) -> Any:
    """The value of a key in a map; of several the last, as LiteLLM's reader takes it."""
    return next((value for key, value in reversed(node.value) if key.value == name), None)


def field_of_map(node: Any, name: str) -> Any:
    return field(node, name) if is_map(node) else None


def is_map(node: Any) -> bool:
    return node is not None and node.id == "mapping"


def is_list(node: Any) -> bool:
    return node is not None and node.id == "sequence"


def is_null(node: Any) -> bool:
    return node.tag == "tag:yaml.org,2002:null"


class Start:
    line = column = 0


def said(path: str, mark: Any, words: str) -> str:
    return f"{path}:{mark.line + 1}:{mark.column + 1}: {words}"
