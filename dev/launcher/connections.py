"""Moves open connections to the next process between two requests.

Clients notice nothing, and no request is answered by an old configuration.
"""

from __future__ import annotations

import asyncio
import inspect
import socket
from typing import Any, Sequence

from launcher.channel import MOST_CONNECTIONS, Channel

# Longer than common clients keep an idle connection, so that they close it, and never the server under a request.
KEEP_ALIVE_SECONDS = 120


def can_move(server: Any) -> bool:
    """False where uvicorn is not as expected, or encrypts: connections are closed after their next answer then."""
    config = server.config
    wanted = {"config", "server_state", "app_state"}
    return not config.is_ssl and wanted <= inspect.signature(config.http_protocol_class).parameters.keys()


def hand_over(server: Any, channel: Channel) -> None:
    """Sends all idle connections to the launcher.

    No request can come in meanwhile, since the event loop does not run.
    """
    idle = [one for one in server.server_state.connections if is_idle(one)]
    for begin in range(0, len(idle), MOST_CONNECTIONS):
        some = idle[begin : begin + MOST_CONNECTIONS]
        if channel.send_connections([one.transport.get_extra_info("socket").fileno() for one in some]):
            for one in some:
                # Closes this process's end alone.
                one.transport.abort()


async def take(server: Any, files: Sequence[int]) -> None:
    config = server.config
    loop = asyncio.get_running_loop()

    async def take_one(connection: socket.socket) -> None:
        connection.setblocking(False)
        made = config.http_protocol_class(config=config, server_state=server.server_state, app_state=server.lifespan.state)
        await loop.connect_accepted_socket(lambda: made, connection)
        # A connection whose next request has come by now needs no keep-alive timer, or has one already.
        if is_idle(made) and made.timeout_keep_alive_task is None:
            made.timeout_keep_alive_task = loop.call_later(made.timeout_keep_alive, made.timeout_keep_alive_handler)

    # A connection that was closed on its way must not fail the others.
    await asyncio.gather(*(take_one(socket.socket(fileno=file)) for file in files), return_exceptions=True)


def is_idle(protocol: Any) -> bool:
    """Nothing of a request has come, and the last answer has gone."""
    transport = getattr(protocol, "transport", None)
    if transport is None or transport.is_closing() or transport.get_write_buffer_size() > 0:
        return False
    cycle = getattr(protocol, "cycle", None)
    if cycle is not None and not cycle.response_complete:
        return False
    if hasattr(protocol, "parser"):
        # httptools: a request that has begun has a scope of its own before it has a cycle.
        begun = protocol.scope is not (None if cycle is None else cycle.scope)
        return not begun and not protocol.pipeline and (cycle is None or not cycle.more_body)
    import h11

    parser = getattr(protocol, "conn", None)
    return isinstance(parser, h11.Connection) and parser.their_state is h11.IDLE and parser.trailing_data[0] == b""
