"""The gateway in the cloud, stateless: app goat-services, function litellm and, where asked for, langfuse.

    modal deploy scripts/modal_services.py --env goat        modal serve scripts/modal_services.py --env goat     while it is being tried

Secrets: goat-litellm (LITELLM_MASTER_KEY), goat-llm-providers (the providers' keys), goat-langfuse and goat-postgres as below.
Variables that count when it is deployed:
    GOAT_LANGFUSE         secret   traces go where the secret goat-langfuse says; nowhere if it names no LANGFUSE_HOST (the default)
                          beside   Langfuse 2 runs in this app as well; goat-langfuse holds its two keys, goat-postgres a password
                          off      no traces, no secret needed
    GOAT_MODAL_WORKSPACE  the workspace of the vLLM apps, for where the gateway cannot tell its own
    GOAT_DEV_FOLDER       the folder of litellm-config-modal.yaml, where it is not ../dev
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import modal

from modal_table import IN_CONTAINER, current_environment, shipped

PORT = 4000
LANGFUSE_PORT = 3000
LANGFUSE_IMAGE = "langfuse/langfuse:2.95.12"
# The first start of a database that is loaded and migrated; LiteLLM waits for it.
START_SECONDS = 10 * 60
# Long answers are streamed within one request.
REQUEST_SECONDS = 30 * 60
SCALEDOWN_SECONDS = 5 * 60
DUMPS = "/dumps"
TRACING = ("secret", "beside", "off")
DEPLOYED_WITH = {name: os.environ[name] for name in ("GOAT_LANGFUSE", "GOAT_MODAL_WORKSPACE") if os.environ.get(name)}


def chosen_tracing() -> str:
    chosen = DEPLOYED_WITH.get("GOAT_LANGFUSE", "secret")
    if chosen not in TRACING:
        raise SystemExit(f"GOAT_LANGFUSE is {chosen!r}; it can be {', '.join(TRACING)}")
    return chosen


def shipped_file(name: str, folder: str) -> Path:
    return shipped(name, folder, current_environment(), modal.is_local())


def gateway_image() -> modal.Image:
    """The versions of the local stack, by their hashes."""
    lock = str(shipped_file("litellm.lock", "python"))
    image = modal.Image.debian_slim(python_version="3.12")
    return (
        image.uv_pip_install(requirements=[lock], extra_options="--require-hashes --no-build")
        .env(DEPLOYED_WITH)
        .add_local_python_source("modal_gateway", "modal_table")
        .add_local_file(lock, str(IN_CONTAINER / "litellm.lock"))
        .add_local_dir(shipped_file("launcher", "dev"), str(IN_CONTAINER / "launcher"), ignore=["__pycache__"])
        .add_local_file(shipped_file("litellm-config-modal.yaml", "dev"), str(IN_CONTAINER / "litellm-config-modal.yaml"))
    )


def langfuse_image() -> modal.Image:
    """Alpine, as Langfuse's own image is: Modal needs a Python in it, Langfuse a Postgres."""
    setup = ["USER root", "RUN apk add --no-cache python3 py3-pip postgresql16 postgresql16-client"]
    managed = "RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && ln -sf /usr/bin/python3 /usr/local/bin/python"
    image = modal.Image.from_registry(LANGFUSE_IMAGE, setup_dockerfile_commands=[*setup, managed])
    return (
        image.entrypoint([])
        .env(DEPLOYED_WITH)
        .add_local_python_source("modal_langfuse", "modal_database", "modal_table")
    )


def gateway_secrets(tracing: str) -> list[modal.Secret]:
    litellm = modal.Secret.from_name("goat-litellm", required_keys=["LITELLM_MASTER_KEY"])
    keys = ["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"] if tracing == "beside" else []
    langfuse = [] if tracing == "off" else [modal.Secret.from_name("goat-langfuse", required_keys=keys)]
    return [litellm, modal.Secret.from_name("goat-llm-providers"), *langfuse]


def address_of(function: modal.Function) -> str:
    """Empty where it is not known, as on the machine that deploys."""
    try:
        return function.get_web_url() or ""
    except modal.exception.Error:
        return ""


def beside(script: str) -> list[str]:
    return [sys.executable, str(Path(__file__).resolve().with_name(script))]


def gateway_command() -> list[str]:
    config, launcher = shipped_file("litellm-config-modal.yaml", "dev"), shipped_file("launcher", "dev") / "launch.py"
    return [*beside("modal_gateway.py"), str(config), str(launcher), "--port", str(PORT)]


tracing = chosen_tracing()
app = modal.App("goat-services")


@app.function(
    image=gateway_image(),
    secrets=gateway_secrets(tracing),
    cpu=1.0,
    memory=2048,
    min_containers=0,
    max_containers=4,
    scaledown_window=SCALEDOWN_SECONDS,
    startup_timeout=START_SECONDS,
    timeout=REQUEST_SECONDS,
)
@modal.concurrent(max_inputs=100)
@modal.web_server(PORT, startup_timeout=START_SECONDS)
def litellm() -> None:
    environment = {**os.environ, "GOAT_GATEWAY_URL": address_of(litellm)}
    if tracing == "beside":
        address = address_of(langfuse)
        environment |= {"LANGFUSE_HOST": address, "GOAT_LANGFUSE_URL": address}
    subprocess.Popen(gateway_command(), env=environment)


if tracing == "beside":

    @app.function(
        image=langfuse_image(),
        secrets=[
            modal.Secret.from_name("goat-langfuse", required_keys=["LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"]),
            modal.Secret.from_name("goat-postgres", required_keys=["POSTGRES_PASSWORD"]),
        ],
        volumes={DUMPS: modal.Volume.from_name("goat-langfuse", create_if_missing=True)},
        cpu=1.0,
        memory=2048,
        min_containers=0,
        # Two databases would be two truths.
        max_containers=1,
        scaledown_window=SCALEDOWN_SECONDS,
        startup_timeout=START_SECONDS,
        timeout=REQUEST_SECONDS,
    )
    @modal.concurrent(max_inputs=100)
    @modal.web_server(LANGFUSE_PORT, startup_timeout=START_SECONDS)
    def langfuse() -> None:
        environment = {**os.environ, "GOAT_LANGFUSE_URL": address_of(langfuse)}
        subprocess.Popen([*beside("modal_langfuse.py"), DUMPS], env=environment, cwd="/app")
