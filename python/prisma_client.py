"""Generates the Python client of LiteLLM's database into the package `prisma` of the Python that runs this.

Prisma's command line would send its generator a request with the schema, read and resolved. That request was made once for this
version of LiteLLM (scripts/lock-prisma.mjs), so neither npm nor Prisma's engines are needed here.
"""

import ast
import compileall
import gzip
import hashlib
import importlib.util
import json
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TYPES = "types.py.jinja"
MODELS = "{% for model in dmmf.datamodel.models %}"
BUILDER = "builder.py.jinja"
INDENT = "from textwrap import indent\n"
# textwrap's also indents after the separators of Unicode, which stand as they are within strings: it would change them.
OWN_INDENT = """
def indent(text: str, prefix: str) -> str:
    return prefix + text.replace('\\n', '\\n' + prefix)

"""


def package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        sys.exit(f"{name} is not installed here")
    return Path(found.origin).parent


def request_for(schema: Path) -> dict:
    lock = json.loads(gzip.decompress((HERE / "prisma-client.json.gz").read_bytes()))
    text = schema.read_bytes()
    if hashlib.sha256(text).hexdigest() != lock["schema"]:
        sys.exit(f"{schema} is not the schema of litellm-proxy-extras {lock['version']}, for which the client was locked")
    request = lock["request"]
    request["datamodel"] = text.decode()
    request["schemaPath"] = str(schema)
    request["generator"]["output"] = {"value": str(package("prisma")), "fromEnvVar": None}
    return request


def names_of_types(folders: list[Path]) -> set[str]:
    """Every name of `prisma.types` that the files import, or mention in any of the forms that annotations have."""
    found: set[str] = set()
    for folder in folders:
        for file in folder.rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            found.update(re.findall(r"\b(?:prisma_|prisma_db_)?types\.([A-Z_]\w+)", text) if "types" in text else ())
            if "prisma.types import" in text or ".types import" in text and folder.name == "prisma":
                found.update(imported(ast.parse(text)))
    return found


def imported(tree: ast.AST) -> set[str]:
    modules = {("prisma.types", 0), ("types", 1), ("types", 2)}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.name for node in nodes if (node.module, node.level) in modules for alias in node.names}


def generate(request: dict) -> None:
    os.environ["PRISMA_GENERATOR_INVOCATION"] = "true"
    from jinja2 import ChoiceLoader, DictLoader
    from prisma._compat import model_parse
    from prisma.generator import generator
    from prisma.generator.models import PythonData

    loader = generator.DEFAULT_ENV.loader
    types, builder = (loader.get_source(generator.DEFAULT_ENV, name)[0] for name in (TYPES, BUILDER))
    if INDENT not in builder:
        sys.exit("the client's builder of queries is another one than what was locked")
    # The types of every model's arguments are 8 MB that only type checkers read.
    changed = {TYPES: types[: types.index(MODELS)], BUILDER: builder.replace(INDENT, OWN_INDENT)}
    generator.DEFAULT_ENV.loader = ChoiceLoader([DictLoader(changed), loader])
    generator.Generator().generate(model_parse(PythonData, request))


def complete_types() -> None:
    """What is mentioned of the types that were left out stands for itself: a dictionary."""
    client = package("prisma")
    file = client / "types.py"
    text = file.read_text(encoding="utf-8")
    known = set(re.findall(r"^(?:class )?(\w+)(?: =|\(|:)", text, re.M))
    folders = [client, package("litellm"), package("litellm_proxy_extras")]
    enterprise = importlib.util.find_spec("litellm_enterprise")
    if enterprise is not None and enterprise.submodule_search_locations:
        folders.append(Path(enterprise.submodule_search_locations[0]))
    models = set(re.findall(r"^class (\w+)\(bases\.", (client / "models.py").read_text(encoding="utf-8"), re.M))
    missing = {name for name in names_of_types(folders) - known if any(name.startswith(model) for model in models)}
    lines = [f"{name} = Dict[str, Any]" for name in sorted(missing)]
    file.write_text(text + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    generate(request_for(package("litellm_proxy_extras") / "schema.prisma"))
    complete_types()
    compileall.compile_dir(package("prisma"), quiet=1)


main()
