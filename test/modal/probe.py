"""Loads one of the scripts with the real Modal SDK and prints as JSON what it declares: `probe.py SCRIPT [--container FOLDER]`.

The SDK's own public constructors are called all the same; what they were called with is written down beside. With --container the script
is loaded as a container would: from a folder that holds only what its image brings.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import warnings

import modal

steps: dict[int, list] = {}
functions: dict[str, dict] = {}
secrets: dict[int, dict] = {}
volumes: dict[int, str] = {}
kept: list = []


def plain(value):
    """Paths as text; the SDK's own objects by what made them."""
    if isinstance(value, modal.Image):
        return steps[id(value)]
    if isinstance(value, modal.Secret):
        return secrets[id(value)]
    if isinstance(value, modal.Volume):
        return volumes[id(value)]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def watch_image(name, is_factory):
    real = getattr(modal.Image, name)

    def call(*args, **kwargs):
        image = real(*args, **kwargs)
        before = [] if is_factory else steps[id(args[0])]
        said = plain(list(args if is_factory else args[1:]))
        steps[id(image)] = [*before, {"step": name, "args": said, "options": plain(kwargs)}]
        kept.append(image)
        return image

    setattr(modal.Image, name, staticmethod(call) if is_factory else call)


def watch_named(kind, notes, note):
    real = kind.from_name

    def from_name(name, *args, **kwargs):
        found = real(name, *args, **kwargs)
        notes[id(found)] = note(name, kwargs)
        kept.append(found)
        return found

    kind.from_name = staticmethod(from_name)


def watch_functions():
    real_function, real_server, real_concurrent = modal.App.function, modal.web_server, modal.concurrent
    pending: dict = {}

    def function(self, *args, **options):
        decorate = real_function(self, *args, **options)

        def apply(target):
            name = pending.pop("name", None) or target.__name__
            functions[name] = {"app": self.name, **plain(options), **pending}
            pending.clear()
            return decorate(target)

        return apply

    def web_server(port, **options):
        decorate = real_server(port, **options)

        def apply(target):
            pending.update(name=target.__name__, port=port, portOptions=plain(options))
            return decorate(target)

        return apply

    def concurrent(**options):
        decorate = real_concurrent(**options)

        def apply(target):
            pending.update(concurrent=options)
            return decorate(target)

        return apply

    modal.App.function, modal.web_server, modal.concurrent = function, web_server, concurrent


def watch():
    for name in ("debian_slim", "from_registry"):
        watch_image(name, True)
    for name in ("uv_pip_install", "env", "entrypoint", "add_local_file", "add_local_dir", "add_local_python_source"):
        watch_image(name, False)
    watch_named(modal.Secret, secrets, lambda name, said: {"name": name, "needs": said.get("required_keys", [])})
    watch_named(modal.Volume, volumes, lambda name, said: name)
    watch_functions()


def started_by(function):
    """The command that the function starts, by running the function itself; nothing is started."""
    started = []
    real = subprocess.Popen

    def note(command, env=None, **_):
        started.append({"command": command, "environment": {} if env is None else dict(env)})

    subprocess.Popen = note
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*executing locally.*")
            function.local()
    finally:
        subprocess.Popen = real
    return started


def in_container(folder):
    """As Modal runs it: the scripts and the files of the image below /root, here below this folder."""
    modal.is_local = lambda: False
    sys.path.insert(0, folder)
    table = importlib.import_module("modal_table")
    table.IN_CONTAINER = table.Path(folder) / "goat"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--container")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    watch()
    if asked.container:
        in_container(asked.container)
    else:
        sys.path.insert(0, os.path.dirname(os.path.abspath(asked.script)))
    module = importlib.import_module(os.path.splitext(os.path.basename(asked.script))[0])
    declared = {name: value for name, value in vars(module).items() if isinstance(value, modal.Function)}
    assert isinstance(module.app, modal.App) and sorted(declared) == sorted(functions)
    for name, function in declared.items():
        if "port" in functions[name]:
            functions[name]["starts"] = started_by(function)
    print(json.dumps({"app": module.app.name, "functions": functions}))


main()
