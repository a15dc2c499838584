"""One of OpenAI's open models of dev/vllm-models.json as a Modal app of its own, goat-vllm-<key>, which speaks OpenAI's API.

    GPT_OSS_MODEL=gpt-oss-20b modal deploy scripts/modal_gpt_oss.py --env goat
    GPT_OSS_MODEL=gpt-oss-20b modal run scripts/modal_gpt_oss.py::download --env goat     fetches the weights beforehand, without a GPU
"""

import subprocess

import modal

from modal_serving import PORT, download_options, download_weights, load_models, serve_options, vllm_command
from modal_table import choose_model, current_environment

VARIABLE = "GPT_OSS_MODEL"
MODEL = choose_model(load_models(), "modal_gpt_oss.py", VARIABLE, current_environment())

app = modal.App(MODEL.app)


@app.function(**serve_options(VARIABLE, MODEL))
@modal.concurrent(max_inputs=MODEL.max_inputs)
@modal.web_server(PORT, startup_timeout=MODEL.startup_seconds)
def serve() -> None:
    subprocess.Popen(vllm_command(MODEL))


@app.function(**download_options(VARIABLE, MODEL))
def download() -> None:
    download_weights(MODEL)
