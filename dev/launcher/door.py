"""Plain ASGI around LiteLLM's application: lets the launcher delay its start, answer one path and end connections."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any, Awaitable, Callable, MutableMapping

from launcher import reasons, say

if TYPE_CHECKING:
    from launcher.gateway import Gateway

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SERVED = "/goat-dev/served"
READY = "/health/readiness"
CLOSE = (b"connection", b"close")
PAUSE_SECONDS = 0.05
CALLBACK_SECONDS = 8.0


class Door:
    def __init__(self, app: Any, gateway: Gateway) -> None:
        self.app = imported(app) if isinstance(app, str) else app
        self.gateway = gateway

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == SERVED and scope["method"] == "GET":
            await self.tell(self.outgoing(send))
        else:
            await self.app(scope, receive, self.outgoing(send))

    async def live(self, scope: Message, receive: Receive, send: Send) -> None:
        async def incoming() -> Message:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await finish_callbacks()
            return message

        async def told(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                await self.gateway.before_serving(self)
            elif message["type"] == "lifespan.startup.failed":
                self.gateway.tell_why(reasons.of_text(message.get("message", "")))
            await send(message)

        await self.app(scope, incoming, told)

    def outgoing(self, send: Send) -> Send:
        """Once the configuration is replaced, answers end connections that cannot move to the next process."""

        async def sent(message: Message) -> None:
            gateway = self.gateway
            if message["type"] == "http.response.start" and gateway.retiring and not gateway.moves:
                headers = [header for header in message.get("headers", []) if header[0].lower() != CLOSE[0]]
                message = {**message, "headers": [*headers, CLOSE]}
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                gateway.answered()

        return sent

    async def tell(self, send: Send) -> None:
        gateway = self.gateway
        # Names of the variables only, never their values: whoever reaches the port may ask.
        document = {"generation": gateway.generation, "files": gateway.files, "variables": sorted(gateway.environment)}
        body = json.dumps(document).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def warm_up(self, until_ready: bool) -> None:
        """Sends the first request itself, and more until LiteLLM is ready if `until_ready`.

        The first request builds the routes, which takes a while: no client shall wait for it.
        """
        while await self.ask(READY) != 200 and until_ready:
            await asyncio.sleep(PAUSE_SECONDS)

    async def ask(self, path: str) -> int | None:
        status: int | None = None

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def heard(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        try:
            await self.app(scope_of(path), nothing, heard)
        except Exception as error:
            self.gateway.tell_why(reasons.of(error))
        return status


def scope_of(path: str) -> Message:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
    }


def imported(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


async def finish_callbacks() -> None:
    """Lets LiteLLM's pending callbacks finish: they book the spend, which LiteLLM writes when it shuts down."""
    worker = getattr(sys.modules.get("litellm.litellm_core_utils.logging_worker"), "GLOBAL_LOGGING_WORKER", None)
    if not hasattr(worker, "flush"):
        return
    try:
        await asyncio.wait_for(worker.flush(), CALLBACK_SECONDS)
    except Exception as error:
        say(f"the last traces may be lost: {type(error).__name__} {error}")
