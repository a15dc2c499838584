"""A stand-in for Modal's servers: enough of their protocol that the real CLI deploys a script, writes secrets, lists and stops.

    python control-plane.py STATE_FILE WEB_URL [TOKEN_ERROR]      prints `listening on PORT`

Every question that it does not know is refused by name. What was written lies in STATE_FILE, as JSON, for the test to read.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any, Awaitable, Callable

from google.protobuf import empty_pb2
from grpclib import GRPCError, Status
from grpclib.server import Server, Stream
from modal_proto import api_grpc
from modal_proto import api_pb2 as api

WORKSPACE = "acme"
ENVIRONMENTS = {"main": "", "goat": "goat"}
state: dict[str, Any] = {"secrets": {}, "apps": {}}
numbers = itertools.count(1)


def fresh(kind: str) -> str:
    return f"{kind}-{next(numbers):022d}"


def succeeded() -> Any:
    return api.GenericResult(status=api.GenericResult.GENERIC_STATUS_SUCCESS)


def check_environment(name: str) -> None:
    if name and name not in ENVIRONMENTS:
        raise GRPCError(Status.NOT_FOUND, f"Environment '{name}' not found")


def token_info(_: Any) -> Any:
    return api.TokenInfoGetResponse(token_id="ak-stand-in", workspace_name=WORKSPACE, workspace_id="ac-stand-in")


def environment_list(_: Any) -> Any:
    items = [api.EnvironmentListItem(name=name, webhook_suffix=suffix) for name, suffix in ENVIRONMENTS.items()]
    return api.EnvironmentListResponse(items=items)


def environment_get(asked: Any) -> Any:
    check_environment(asked.deployment_name)
    settings = api.EnvironmentSettings(image_builder_version="2025.06", webhook_suffix="goat")
    metadata = api.EnvironmentMetadata(name=asked.deployment_name, settings=settings)
    return api.EnvironmentGetOrCreateResponse(environment_id="en-1", metadata=metadata)


def secret(asked: Any) -> Any:
    there = state["secrets"].setdefault(asked.environment_name, {})
    name = asked.deployment_name
    if asked.env_dict:
        there[name] = dict(asked.env_dict)
    if name not in there:
        raise GRPCError(Status.NOT_FOUND, f"Secret '{name}' not found in environment '{asked.environment_name}'")
    missing = [key for key in asked.required_keys if key not in there[name]]
    if missing:
        raise GRPCError(Status.FAILED_PRECONDITION, f"Secret '{name}' is missing key(s): {', '.join(missing)}")
    return api.SecretGetOrCreateResponse(secret_id=fresh("st"), metadata=api.SecretMetadata(name=name))


def secret_list(asked: Any) -> Any:
    check_environment(asked.environment_name)
    names = state["secrets"].get(asked.environment_name, {})
    items = [
        api.SecretListItem(label=name, secret_id=fresh("st"), metadata=api.SecretMetadata(name=name)) for name in names
    ]
    return api.SecretListResponse(items=items, environment_name=asked.environment_name)


def app_create(asked: Any) -> Any:
    app_id = fresh("ap")
    state["apps"][app_id] = {"name": asked.description, "deployed": False, "functions": []}
    return api.AppCreateResponse(app_id=app_id)


def app_by_name(asked: Any) -> Any:
    check_environment(asked.environment_name)
    found = [app_id for app_id, app in state["apps"].items() if app["name"] == asked.name and app["deployed"]]
    lifecycle = api.AppLifecycle(app_state=api.APP_STATE_DEPLOYED)
    environment = {"environment_name": asked.environment_name}
    return api.AppGetByDeploymentNameResponse(
        **environment, **({"app_id": found[0], "lifecycle": lifecycle} if found else {})
    )


def app_list(asked: Any) -> Any:
    check_environment(asked.environment_name)
    entries = [
        api.AppListResponse.AppListItem(
            app_id=app_id,
            description=app["name"],
            state=api.APP_STATE_DEPLOYED if app["deployed"] else api.APP_STATE_STOPPED,
            created_at=1_795_420_800,
        )
        for app_id, app in state["apps"].items()
    ]
    return api.AppListResponse(apps=entries)


def app_publish(asked: Any) -> Any:
    app = state["apps"][asked.app_id]
    app.update(name=asked.name, deployed=True)
    return api.AppPublishResponse(url=f"https://modal.com/apps/{WORKSPACE}/goat/deployed/{asked.name}", deployed_at=1)


def app_stop(asked: Any) -> Any:
    state["apps"][asked.app_id]["deployed"] = False
    return empty_pb2.Empty()


def function_create(asked: Any) -> Any:
    ranked = asked.function_data.ranked_functions
    function = ranked[0].function if ranked else asked.function
    web_url = sys.argv[2] if function.webhook_config.type else ""
    state["apps"][asked.app_id]["functions"].append(function.function_name)
    data = api.FunctionData(
        function_name=function.function_name,
        ranked_functions=[api.FunctionData.RankedFunction(rank=0, function=function)],
    )
    handle = api.FunctionHandleMetadata(
        function_name=function.function_name, function_type=api.Function.FUNCTION_TYPE_FUNCTION, web_url=web_url
    )
    number = asked.existing_function_id or fresh("fu")
    return api.FunctionCreateResponse(function_id=number, function=function, function_data=data, handle_metadata=handle)


def function_precreate(asked: Any) -> Any:
    handle = api.FunctionHandleMetadata(function_name=asked.function_name, function_type=api.Function.FUNCTION_TYPE_FUNCTION)
    return api.FunctionPrecreateResponse(function_id=fresh("fu"), handle_metadata=handle)


def logs(_: Any) -> Any:
    items = [api.TaskLogs(data="INFO: Uvicorn running on http://0.0.0.0:4000\n", timestamp=1_795_420_800, file_descriptor=1)]
    return api.AppFetchLogsResponse(batches=[api.TaskLogsBatch(task_id="ta-1", items=items)])


ANSWERS: dict[str, Callable[[Any], Any]] = {
    "AppClientDisconnect": lambda _: empty_pb2.Empty(),
    "AppCreate": app_create,
    "AppFetchLogs": logs,
    "AppGetByDeploymentName": app_by_name,
    "AppGetLayout": lambda _: api.AppGetLayoutResponse(),
    "AppHeartbeat": lambda _: empty_pb2.Empty(),
    "AppList": app_list,
    "AppPublish": app_publish,
    "AppStop": app_stop,
    "ClientHello": lambda _: api.ClientHelloResponse(),
    "EnvironmentGetOrCreate": environment_get,
    "EnvironmentList": environment_list,
    "FunctionCreate": function_create,
    "FunctionPrecreate": function_precreate,
    "ImageGetOrCreate": lambda _: api.ImageGetOrCreateResponse(image_id=fresh("im"), result=succeeded()),
    "ImageJoinStreaming": lambda _: api.ImageJoinStreamingResponse(result=succeeded(), eof=True),
    "MountBatchedCheckExistence": lambda _: api.MountBatchedCheckExistenceResponse(),
    "MountGetOrCreate": lambda _: api.MountGetOrCreateResponse(mount_id=fresh("mo")),
    "MountPutFile": lambda _: api.MountPutFileResponse(exists=True),
    "SecretGetOrCreate": secret,
    "SecretList": secret_list,
    "TokenInfoGet": token_info,
    "VolumeGetOrCreate": lambda _: api.VolumeGetOrCreateResponse(volume_id=fresh("vo")),
}


def answering(name: str) -> Callable[[Any, Stream[Any, Any]], Awaitable[None]]:
    async def answer(_: Any, stream: Stream[Any, Any]) -> None:
        asked = await stream.recv_message()
        if len(sys.argv) > 3:
            raise GRPCError(Status.UNAUTHENTICATED, sys.argv[3])
        if name not in ANSWERS:
            print(f"not known: {name}", flush=True)
            raise GRPCError(Status.UNIMPLEMENTED, f"the stand-in does not know {name}")
        await stream.send_message(ANSWERS[name](asked))
        Path(sys.argv[1]).write_text(json.dumps(state), encoding="utf-8")

    return answer


async def main() -> None:
    methods = {name: answering(name) for name in api_grpc.ModalClientBase.__abstractmethods__}
    server = Server([type("ControlPlane", (api_grpc.ModalClientBase,), methods)()])
    await server.start("127.0.0.1", 0)
    # grpclib does not tell which port it took.
    print(f"listening on {server._server.sockets[0].getsockname()[1]}", flush=True)
    await server.wait_closed()


asyncio.run(main())
