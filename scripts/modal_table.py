"""The table of the models that vLLM serves on Modal, and where the scripts find what is shipped beside them. Standard library only."""

from __future__ import annotations

import difflib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

# Where a container finds what `shipped` found on the machine that deployed it.
IN_CONTAINER = Path("/root/goat")


class TableError(SystemExit):
    """Ends a deployment with one sentence instead of a traceback."""


@dataclass(frozen=True)
class Model:
    key: str
    app: str
    hugging_face_id: str
    gpu: str
    script: str
    gated: bool
    gpu_count: int
    max_model_len: int
    max_inputs: int
    scaledown_seconds: int
    startup_seconds: int
    tool_call_parser: str
    chat_template: str | None


def shipped(name: str, folder: str, environment: Mapping[str, str], is_local: bool) -> Path:
    """A file or folder that comes with the scripts; GOAT_DEV_FOLDER names a project's own dev/, which goes first."""
    if not is_local:
        return IN_CONTAINER / name
    own = environment.get("GOAT_DEV_FOLDER")
    if folder == "dev" and own and (Path(own) / name).exists():
        return Path(own) / name
    return Path(__file__).resolve().parent.parent / folder / name


def read_models(path: Path) -> list[Model]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["models"]
        return [read_model(entry) for entry in entries]
    except KeyError as error:
        raise TableError(f"{path}: an entry lacks {error}") from error
    except (OSError, ValueError, TypeError) as error:
        raise TableError(f"{path} cannot be read: {error}") from error


def read_model(entry: Mapping[str, Any]) -> Model:
    count = int(entry["gpuCount"])
    return Model(
        key=entry["key"],
        app=entry["app"],
        hugging_face_id=entry["huggingFaceId"],
        gpu=entry["modalGpu"] if count == 1 else f"{entry['modalGpu']}:{count}",
        script=entry["script"],
        gated=bool(entry["gated"]),
        gpu_count=count,
        max_model_len=int(entry["maxModelLen"]),
        max_inputs=int(entry["maxInputs"]),
        scaledown_seconds=int(entry["scaledownSeconds"]),
        startup_seconds=int(entry["startupSeconds"]),
        tool_call_parser=entry["toolCallParser"],
        chat_template=entry.get("chatTemplate"),
    )


def choose_model(models: list[Model], script: str, variable: str, environment: Mapping[str, str]) -> Model:
    """The model that the variable names. Ends the program where it names none that this script serves."""
    own = [model.key for model in models if model.script == script]
    key = environment.get(variable, "").strip()
    if not key:
        raise TableError(f"{variable} is not set. One of: {', '.join(own)}\n  {usage(variable, own[0], script)}")
    found = next((model for model in models if model.key == key), None)
    if found is None:
        raise TableError(f"{variable}: there is no model {key!r}.{did_you_mean(key, own)} One of: {', '.join(own)}")
    if found.script != script:
        other = "GPT_OSS_MODEL" if variable == "VLLM_MODEL" else "VLLM_MODEL"
        raise TableError(f"{key} is served by another script:\n  {usage(other, key, found.script)}")
    return found


def usage(variable: str, key: str, script: str) -> str:
    return f"{variable}={key} modal deploy scripts/{script} --env goat"


def did_you_mean(key: str, known: list[str]) -> str:
    begins = [name for name in known if name.startswith(key.lower())]
    near = begins or difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.3)
    return f" Did you mean {near[0]}?" if near else ""


def current_environment() -> Mapping[str, str]:
    return os.environ
