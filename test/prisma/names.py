"""Prints every name of Prisma's client that LiteLLM or the client itself uses, and that is not there; then how many it looked at."""

import ast
import importlib
import importlib.util
import json
import pkgutil
import re
from pathlib import Path

import prisma

missing: set[str] = set()
seen: set[str] = set()


def look(module: str, name: str) -> None:
    if module.split(".")[0] != "prisma" or name == "*":
        return
    seen.add(f"{module}.{name}")
    try:
        found = importlib.import_module(module)
        if not hasattr(found, name):
            importlib.import_module(f"{module}.{name}")
    except ImportError as error:
        missing.add(f"{module}.{name}: {error}")


def imports(tree: ast.AST, package: str) -> dict[str, str]:
    """What names of a file stand for modules of the client."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "prisma":
                    modules[alias.asname or "prisma"] = alias.name if alias.asname else "prisma"
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                look(module, alias.name)
                full = f"{module}.{alias.name}"
                if module.split(".")[0] == "prisma" and is_module(full):
                    modules[alias.asname or alias.name] = full
    return modules


def is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def mentions(text: str, modules: dict[str, str]) -> None:
    """Attributes of those modules, in annotations that are strings as well."""
    for alias, module in modules.items():
        for name in re.findall(rf"(?<![\w.]){alias}\.([A-Za-z_]\w*)", text):
            look(module, name)


def read(folder: Path, package: str) -> None:
    for file in folder.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "prisma" not in text and package != "prisma":
            continue
        inner = ".".join([package, *file.relative_to(folder).parent.parts])
        tree = ast.parse(text)
        modules = imports(tree, inner)
        types = {alias: module for alias, module in modules.items() if module.endswith("types")}
        mentions(text, types)


unread = ("prisma.cli", "prisma.generator", "prisma.mypy", "prisma.testing", "prisma.__main__", "prisma.binaries", "prisma.validator")
for found in pkgutil.walk_packages(prisma.__path__, "prisma."):
    if not found.name.startswith(unread):
        importlib.import_module(found.name)
for package in ("prisma", "litellm", "litellm_proxy_extras", "litellm_enterprise"):
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        read(Path(place), package)
print(json.dumps({"missing": sorted(missing), "seen": len(seen)}))
