"""A forked process: becomes LiteLLM on the launcher's port, with one configuration, until it is told to retire."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any, Mapping, NoReturn

from launcher import collector, connections, places, postgres, preload, reasons, schema, served
from launcher.channel import Channel
from launcher.door import Door, finish_callbacks
from launcher.schema import Update
from launcher.start import Program

# How long connections that cannot move to the next process stay open; common clients keep theirs for four to fifteen
# seconds.
LINGER_SECONDS = float(os.environ.get("GOAT_DEV_LINGER_SECONDS") or 20)
# How long answers may go on that are being written when a configuration is replaced.
STREAM_SECONDS = float(os.environ.get("GOAT_DEV_STREAM_SECONDS") or 600)
# How long answers may go on at a stop. Less than the container's grace period, so that what is cut short is still
# booked and traced.
STOP_SECONDS = float(os.environ.get("GOAT_DEV_STOP_SECONDS") or 10)


class Gateway:
    def __init__(
        self,
        program: Program,
        channel: Channel,
        sockets: list[socket.socket],
        generation: int,
        environment: Mapping[str, str | None],
        had_routes: bool,
        update: Update,
    ) -> None:
        self.program = program
        self.channel = channel
        self.sockets = sockets
        self.generation = generation
        self.environment = environment
        self.had_routes = had_routes
        self.update = update
        self.files: Mapping[str, str | None] = {}
        self.server: Any = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.may_serve = asyncio.Event()
        self.retiring = False
        self.taking: set[asyncio.Future[None]] = set()
        self.loaded = set(sys.modules)

    def run(self) -> NoReturn:
        """Runs LiteLLM, and then ends the process through its exit handlers, which send the last traces."""
        status = 1
        try:
            self.become()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
        except BaseException:
            traceback.print_exc()
        leave(status)

    def become(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        threading.Thread(target=self.listen, name="goat-dev", daemon=True).start()
        self.set_environment()
        if not self.update.has_waited:
            postgres.wait(os.environ.get("DATABASE_URL", ""))
        self.read_config()
        import uvicorn

        uvicorn.run = self.serve
        with reasons.last_words() as words:
            self.words = words
            try:
                self.program.entry()
            except Exception as error:
                if self.is_first:
                    traceback.print_exc()
                self.tell_why(reasons.of(error))
                sys.exit(1)
            except SystemExit as ended:
                if self.server is None or not self.server.started:
                    self.tell_why(reasons.of_exit(ended, words))
                raise

    @property
    def is_first(self) -> bool:
        return self.generation == 1

    def set_environment(self) -> None:
        for name, value in self.environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        if not self.is_first or self.update.is_done:
            leave_schema_alone()
        if self.is_first and self.update.is_done:
            schema.finish()

    def read_config(self) -> None:
        config = self.program.config
        self.files = served.files_of(config)
        self.channel.send({"files": self.files, "routes": config is not None and places.has_routes(config)})
        mistake = None if self.is_first or config is None else places.mistake_in(config, os.environ, self.had_routes)
        if mistake is not None:
            self.channel.send({"why": mistake})
            sys.exit(1)

    def tell_why(self, why: str) -> None:
        config = self.program.config
        placed = None if config is None or reasons.has_place(why) else places.place_of(config, why)
        self.channel.send({"why": placed or why})

    # In LiteLLM's place for uvicorn.run.

    def serve(self, app: Any, **options: Any) -> None:
        import inspect

        import uvicorn

        known = inspect.signature(uvicorn.Config).parameters
        door = Door(app, self)
        options.setdefault("timeout_keep_alive", connections.KEEP_ALIVE_SECONDS)
        config = uvicorn.Config(door, **{name: value for name, value in options.items() if name in known})
        self.server = uvicorn.Server(config)
        config.load()
        self.moves = connections.can_move(self.server)
        config.timeout_graceful_shutdown = config.timeout_graceful_shutdown or STOP_SECONDS
        self.server.run(sockets=[made.dup() for made in self.sockets])
        if not self.server.started:
            sys.exit(3)

    async def before_serving(self, door: Door) -> None:
        """LiteLLM has started up; nothing is accepted before this returns."""
        self.loop = asyncio.get_running_loop()
        await door.warm_up(until_ready=not self.is_first)
        collector.resume()
        self.channel.send({"ready": True})
        await self.may_serve.wait()
        self.loop.create_task(self.tell_when_started())

    async def tell_when_started(self) -> None:
        while not self.server.started:
            await asyncio.sleep(0.002)
        self.words.stop()
        self.channel.send({"serving": True})
        self.learning = asyncio.create_task(
            preload.tell_of_new_modules(self.loaded, lambda names: self.channel.send({"loaded": names}))
        )
        # The line that uvicorn logs where it opens the port itself.
        scheme = "https" if self.server.config.is_ssl else "http"
        where = f"{scheme}://{self.program.host}:{self.program.port}"
        logging.getLogger("uvicorn.error").info("Uvicorn running on %s (configuration %d)", where, self.generation)

    # What the launcher says.

    def listen(self) -> None:
        while not self.channel.closed:
            for message in self.channel.receive():
                asked = {"serve": self.may_serve.set, "retire": self.retire, "take": self.take}.get(message.get("do"))
                arguments = [message["connections"]] if "connections" in message else []
                if asked is not None and self.loop is not None:
                    self.loop.call_soon_threadsafe(asked, *arguments)
        # The launcher was killed: nobody would replace this process, and it holds the port.
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(STOP_SECONDS + 5)
        os._exit(128 + signal.SIGTERM)

    def retire(self) -> None:
        for listener in self.server.servers:
            listener.close()
        self.server.config.timeout_graceful_shutdown = STREAM_SECONDS
        self.retiring = True
        self.hand_over()
        self.channel.send({"retired": True})
        assert self.loop is not None
        self.lingering = self.loop.create_task(self.linger())

    async def linger(self) -> None:
        """Serves the connections that stay here: a client that still uses one is answered, and told to open another."""
        # A connection that can move does so after its answer, however long that takes. Without waiting for it, uvicorn
        # would close it, maybe just as its next request comes.
        end = time.monotonic() + (STREAM_SECONDS if self.moves else LINGER_SECONDS)
        await finish_callbacks()
        busy = True
        while busy and time.monotonic() < end:
            # Wait even if no connection is known: one that was just accepted or taken over becomes known a moment
            # later.
            await asyncio.sleep(0.05)
            busy = bool(self.server.server_state.connections or self.taking)
            self.hand_over()
        self.server.should_exit = True

    def answered(self) -> None:
        """Called after each answer: its connection is free to move before its next request is read."""
        if self.retiring and self.loop is not None:
            self.loop.call_soon(self.hand_over)

    def hand_over(self) -> None:
        if self.moves:
            connections.hand_over(self.server, self.channel)

    def take(self, files: list[int]) -> None:
        taking = asyncio.ensure_future(connections.take(self.server, files))
        self.taking.add(taking)
        taking.add_done_callback(self.taking.discard)


def leave_schema_alone() -> None:
    """Keeps LiteLLM from comparing a schema that is up to date, which takes Prisma's command line a second."""
    os.environ["DISABLE_SCHEMA_UPDATE"] = "true"
    try:
        from litellm.proxy.db import check_migration

        check_migration.check_prisma_schema_diff = lambda *_args, **_named: None
    except ImportError:
        # Another LiteLLM may compare in another place.
        pass


def leave(status: int) -> NoReturn:
    """Ends the process without Python's own shutdown.

    That would wait for threads that have nothing left to do, and then free a large heap: two seconds in all.
    """
    for thread in threading.enumerate():
        # Langfuse's client empties its queues before it joins its threads, which look for the end only once a second.
        if thread.daemon and type(thread).__module__.startswith("langfuse."):
            setattr(thread, "join", lambda timeout=None: None)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)


def end(number: int, _frame: object) -> None:
    """Handles SIGTERM and SIGINT.

    Also the one that uvicorn raises again after its shutdown: dying of it would skip the exit handlers.
    """
    raise SystemExit(128 + number)
