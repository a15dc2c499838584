"""What modal_vllm.py and modal_gpt_oss.py share: image, volumes, secrets, vLLM's command line. One Modal app per model.

What it costs, reckoned and not measured (the table's `assumed`): nothing while idle; a GPU is paid from the moment its container
starts, so the first cold start pays for fetching the weights too: a few minutes of an A10G for 16 GB, 15 to 40 minutes of four A100 for
236 GB. `modal run scripts/modal_vllm.py::download --env goat` fetches them beforehand onto the volume, without a GPU.

The address is public and vLLM asks for no key: who knows it can use the GPU. One container at most is what bounds the cost.
"""

from __future__ import annotations

from typing import Any

import modal

from modal_table import IN_CONTAINER, Model, current_environment, read_models, shipped

VLLM_VERSION = "0.33.0"
PORT = 8000
# Long answers are streamed within one request.
REQUEST_SECONDS = 30 * 60
DOWNLOAD_SECONDS = 3 * 60 * 60
WEIGHTS = "/root/.cache/huggingface"
# Compiled kernels: without them each start compiles again.
KERNELS = "/root/.cache/vllm"
TEMPLATES = "/vllm-workspace/examples"


def load_models() -> list[Model]:
    return read_models(table_file())


def table_file() -> Any:
    return shipped("vllm-models.json", "dev", current_environment(), modal.is_local())


def vllm_command(model: Model) -> list[str]:
    """Held against vLLM's own list of arguments by test/modal."""
    template = ["--chat-template", f"{TEMPLATES}/{model.chat_template}"] if model.chat_template else []
    return [
        *["vllm", "serve", model.hugging_face_id, "--served-model-name", model.hugging_face_id],
        *["--host", "0.0.0.0", "--port", str(PORT)],
        *["--tensor-parallel-size", str(model.gpu_count)],
        *["--max-model-len", str(model.max_model_len)],
        *["--max-num-seqs", str(model.max_inputs)],
        # Without a parser vLLM refuses `tool_choice: auto`.
        *["--enable-auto-tool-choice", "--tool-call-parser", model.tool_call_parser],
        *template,
    ]


def with_files(image: modal.Image, variable: str, model: Model) -> modal.Image:
    """The script is read again in the container: there it must find the same model in the same table."""
    return (
        image.env({variable: model.key})
        .add_local_python_source("modal_table", "modal_serving")
        .add_local_file(table_file(), str(IN_CONTAINER / "vllm-models.json"))
    )


def serving_image(variable: str, model: Model) -> modal.Image:
    """vLLM's own image: CUDA's compiler, which it needs at run time, and the chat templates are in it."""
    python = "RUN ln -sf /usr/bin/python3 /usr/bin/python"
    image = modal.Image.from_registry(f"vllm/vllm-openai:v{VLLM_VERSION}", setup_dockerfile_commands=[python])
    return with_files(image.entrypoint([]).env({"HF_XET_HIGH_PERFORMANCE": "1"}), variable, model)


def download_image(variable: str, model: Model) -> modal.Image:
    image = modal.Image.debian_slim(python_version="3.12").uv_pip_install("huggingface_hub>=1,<2")
    return with_files(image.env({"HF_XET_HIGH_PERFORMANCE": "1"}), variable, model)


def weights_volume() -> modal.Volume:
    return modal.Volume.from_name("goat-vllm-weights", create_if_missing=True)


def secrets_of(model: Model) -> list[modal.Secret]:
    return [modal.Secret.from_name("goat-hf-token", required_keys=["HF_TOKEN"])] if model.gated else []


def serve_options(variable: str, model: Model) -> dict[str, Any]:
    return {
        "image": serving_image(variable, model),
        "gpu": model.gpu,
        "secrets": secrets_of(model),
        "volumes": {
            WEIGHTS: weights_volume(),
            KERNELS: modal.Volume.from_name("goat-vllm-kernels", create_if_missing=True),
        },
        "min_containers": 0,
        "max_containers": 1,
        "scaledown_window": model.scaledown_seconds,
        "startup_timeout": model.startup_seconds,
        "timeout": REQUEST_SECONDS,
    }


def download_options(variable: str, model: Model) -> dict[str, Any]:
    return {
        "image": download_image(variable, model),
        "secrets": secrets_of(model),
        "volumes": {WEIGHTS: weights_volume()},
        "max_containers": 1,
        "timeout": DOWNLOAD_SECONDS,
    }


def download_weights(model: Model) -> None:
    """Resumes where it was cut off: what is on the volume is not fetched again."""
    from huggingface_hub import snapshot_download

    # The original/ folders of some repositories hold the weights a second time, in another form.
    path = snapshot_download(model.hugging_face_id, ignore_patterns=["original/*", "metal/*", "*.pth"])
    print(f"{model.hugging_face_id} is on the volume: {path}")
