"""Starts LiteLLM in a Modal container: checks the key, fills in the config, waits for Langfuse, then becomes LiteLLM.

    python modal_gateway.py CONFIG LAUNCHER --port 4000      runs on any machine where LiteLLM is installed

Reads GOAT_GATEWAY_URL or GOAT_MODAL_WORKSPACE (whose vLLM apps the config means) and GOAT_LANGFUSE_URL (to wait for).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from typing import Any, Mapping, MutableMapping
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

# In the template that everybody has, or in LiteLLM's documentation.
KNOWN_KEYS = {"sk-dev-key", "sk-1234"}
CALLBACKS = ("success_callback", "failure_callback", "callbacks")
# Short beside start-up's limit: traces are not worth a gateway that does not start.
LANGFUSE_SECONDS = 180
DATABASE = ("DATABASE_URL", "DIRECT_URL")


def check_master_key(environment: Mapping[str, str]) -> None:
    """The gateway is public: whoever knows its key spends the providers' money. Ends the program."""
    key = environment.get("LITELLM_MASTER_KEY", "")
    if key in KNOWN_KEYS:
        raise SystemExit("LITELLM_MASTER_KEY in the secret goat-litellm is one that everybody knows: set one of your own")
    if not key.startswith("sk-") or len(key) < 8:
        raise SystemExit("LITELLM_MASTER_KEY in the secret goat-litellm is missing, or does not begin with sk-")


def fill_in(value: str, environment: Mapping[str, str]) -> str:
    """The gateway's own address tells workspace and environment, as in `https://phare-goat--goat-services-litellm.modal.run`.

    Where it is not known the workspace's name has to do, with the environment that the config says.
    """
    host = urlsplit(environment.get("GOAT_GATEWAY_URL", "")).hostname or ""
    own = re.fullmatch(r"([a-z0-9-]+?)--.+\.modal\.run", host)
    if own:
        return re.sub(r"<workspace>[a-z0-9-]*?(?=--)", own.group(1), value)
    workspace = environment.get("GOAT_MODAL_WORKSPACE", "").strip()
    return value.replace("<workspace>", workspace) if workspace else value


def has_langfuse(environment: Mapping[str, str]) -> bool:
    return all(environment.get(f"LANGFUSE_{name}") for name in ("HOST", "PUBLIC_KEY", "SECRET_KEY"))


def prepare(config: MutableMapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Makes the config one that this gateway can keep, and says what it left out."""
    notes = fill_in_routes(config, environment)
    settings = config["litellm_settings"] = config.get("litellm_settings") or {}
    # To count a Llama's tokens: its first call would wait for Hugging Face, 25 s where that cannot be reached.
    settings.setdefault("disable_hf_tokenizer_download", True)
    if not has_langfuse(environment):
        notes += leave_out_callbacks(settings)
    (config.get("general_settings") or {}).pop("database_url", None)
    return notes


def fill_in_routes(config: MutableMapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    kept, notes = [], []
    for route in config.get("model_list") or []:
        params = route["litellm_params"]
        base = params.get("api_base")
        if isinstance(base, str):
            base = params["api_base"] = fill_in(base, environment)
            keep_asleep(params)
        if isinstance(base, str) and "<" in base:
            notes.append(f"left out {route['model_name']}: {base} names no workspace, and GOAT_MODAL_WORKSPACE is not set")
        else:
            kept.append(route)
    config["model_list"] = kept
    return notes


def keep_asleep(params: MutableMapping[str, Any]) -> None:
    """LiteLLM asks an OpenAI-compatible address for its models at the start and every five minutes: each would keep a GPU running.

    Seen with 1.103.7: this parameter is the one thing that stops it, and it would go to vLLM with every call if it were not dropped.
    The entries as shipped have both lines; this is for those that were written by hand.
    """
    if not str(params.get("model", "")).startswith(("openai/", "hosted_vllm/")):
        return
    params["use_clientside_credentials"] = True
    dropped = list(params.get("additional_drop_params") or [])
    if "use_clientside_credentials" not in dropped:
        params["additional_drop_params"] = [*dropped, "use_clientside_credentials"]


def leave_out_callbacks(settings: MutableMapping[str, Any]) -> list[str]:
    """LiteLLM would send every prompt to Langfuse's public cloud."""
    removed = False
    for name in CALLBACKS:
        if name not in settings:
            continue
        callbacks = [settings[name]] if isinstance(settings[name], str) else list(settings[name] or [])
        others = [callback for callback in callbacks if not str(callback).startswith("langfuse")]
        removed = removed or len(others) < len(callbacks)
        if others:
            settings[name] = others
        else:
            del settings[name]
    missing = "LANGFUSE_HOST, LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY are not all set"
    return [f"left out the langfuse callbacks: {missing}"] if removed else []


def gateway_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Stateless means that the variables are absent: an empty DATABASE_URL ends LiteLLM."""
    kept = {name: value for name, value in environment.items() if name not in DATABASE and name != "HOST"}
    return {**kept, "LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUNBUFFERED": "1"}


def is_healthy(url: str) -> bool:
    try:
        with urlopen(f"{url.rstrip('/')}/api/public/health?failIfDatabaseUnavailable=true", timeout=10) as answer:
            return answer.status == 200
    except (URLError, OSError, ValueError):
        return False


def wait_for_langfuse(url: str, seconds: float = LANGFUSE_SECONDS, pause: float = 1.0) -> bool:
    end = time.monotonic() + seconds
    while not is_healthy(url):
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def write_config(path: str, environment: Mapping[str, str]) -> str:
    # LiteLLM brings it.
    import yaml

    with open(path, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    for note in prepare(config, environment):
        print(f"goat: {note}", flush=True)
    descriptor, prepared = tempfile.mkstemp(prefix="goat-litellm-", suffix=".yaml")
    with open(descriptor, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file, sort_keys=False)
    return prepared


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("launcher")
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=4000)
    asked = parser.parse_args()
    check_master_key(os.environ)
    config = write_config(asked.config, os.environ)
    langfuse = os.environ.get("GOAT_LANGFUSE_URL")
    if langfuse and not wait_for_langfuse(langfuse):
        print(f"goat: {langfuse} is not healthy after {LANGFUSE_SECONDS} s; the gateway starts without it", flush=True)
    command = [sys.executable, asked.launcher, "--config", config, "--host", asked.host, "--port", str(asked.port)]
    os.execve(sys.executable, command, gateway_environment(os.environ))


if __name__ == "__main__":
    main()
