"""Holds the port and the one process that serves; a second one takes its place once it is ready."""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import sys
import time
from typing import Any, Callable, Mapping, NoReturn

from launcher import control, preload, say, served
from launcher.channel import Channel, close_files
from launcher.engine import Engine
from launcher.process import Answer, Process, exit_status, send_signal, wait_for_ends
from launcher.sockets import bind
from launcher.schema import Update
from launcher.start import Program

READY_SECONDS = float(os.environ.get("GOAT_DEV_READY_SECONDS") or 90)
# A replaced process only has to confirm that it retires: one that does not hangs, and the reload would wait for it.
RETIRE_SECONDS = float(os.environ.get("GOAT_DEV_RETIRE_SECONDS") or 10)
# How many replaced processes may go on to finish long answers; beyond that the oldest has to end.
MOST_RETIRING = 4
FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class Supervisor:
    def __init__(self, program: Program, update: Update, engine: Engine) -> None:
        self.program = program
        self.update = update
        self.engine = engine
        self.folder = os.getcwd()
        self.selector = selectors.DefaultSelector()
        self.serving: Process | None = None
        self.candidate: Process | None = None
        self.retiring: list[Process] = []
        self.variables: dict[str, str | None] = {}
        self.asked: list[Answer] = []
        self.wanted = True
        self.to_load: list[str] = []
        self.is_loading = False
        self.generation = 0
        self.stopping = False

    def run(self) -> Callable[[], None]:
        """Returns only in a forked process, with what it has to become."""
        self.sockets = bind(self.program.host, self.program.port)
        self.listen_to_signals()
        self.control = control.listen(self.selector, self.answer)
        self.reap()
        while True:
            if self.wanted and self.candidate is None and not self.stopping and not self.update.is_under_way:
                become = self.fork()
                if become is not None:
                    return become
            for key, _ in self.selector.select(0 if self.may_load else 1.0):
                key.data()
            self.reap()
            self.end_what_is_late()
            self.load_module()

    # What comes in: signals, requests, and what the processes tell.

    def listen_to_signals(self) -> None:
        self.wakeup, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.wakeup_write = write
        for number in (signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        for number in FORWARDED:
            signal.signal(number, self.interrupt_loading)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        self.selector.register(self.wakeup, selectors.EVENT_READ, self.take_signals)

    def take_signals(self) -> None:
        for number in os.read(self.wakeup, 4096):
            if number == signal.SIGHUP:
                self.wanted = True
            elif number in FORWARDED:
                self.stopping = True
                for process in self.processes():
                    send_signal(process.pid, number)
                if not self.processes():
                    self.engine.stop()
                    self.update.give_up()
                    os._exit(128 + number)

    def interrupt_loading(self, *_: Any) -> None:
        if self.is_loading:
            self.is_loading = False
            raise preload.Interrupted

    def answer(self, request: Mapping[str, Any], answer: Answer) -> None:
        asked = request.get("do")
        if asked == "status":
            answer(self.status())
        elif asked == "reload":
            self.variables.update(request.get("environment") or {})
            self.asked.append(answer)
            self.wanted = True
        else:
            answer({"ok": False, "why": f"{asked!r} is not understood: reload or status"})

    def status(self) -> dict[str, Any]:
        serving = self.serving
        return {
            "ok": serving is not None,
            "generation": serving.generation if serving else 0,
            "pid": serving.pid if serving else None,
            "files": dict(serving.files) if serving else {},
            "environment": {name: served.short_hash(value) for name, value in serving.environment.items()} if serving else {},
            "retiring": len(self.retiring),
        }

    def hear(self, process: Process) -> None:
        for message in process.channel.waiting():
            if "why" in message:
                process.why = message["why"]
            if "files" in message:
                process.files = message["files"]
                process.has_routes = message["routes"]
            if "loaded" in message:
                self.to_load += message["loaded"]
            if message.get("ready"):
                process.channel.send({"do": "serve"})
            if message.get("serving"):
                self.switch_to(process)
            if "connections" in message:
                self.pass_on(message["connections"])
            if message.get("retired"):
                process.retired = True
                self.report_switch()
        if process.channel.closed:
            self.hang_up(process)

    def pass_on(self, files: list[int]) -> None:
        if self.serving is not None:
            self.serving.channel.send_connections(files)
        close_files(files)

    @property
    def may_load(self) -> bool:
        """Loading takes a while, so it waits until no connection is on its way to the next process."""
        return bool(self.to_load) and self.candidate is None and not self.retiring and not self.stopping

    def load_module(self) -> None:
        """One at a time: requests are answered between two modules, and a signal to stop ends the loading of one."""
        if not self.may_load:
            return
        try:
            self.is_loading = True
            preload.load(self.to_load.pop(0))
            self.is_loading = False
        except preload.Interrupted:
            return
        if not self.to_load:
            gc.freeze()

    def hang_up(self, process: Process) -> None:
        if process.channel.socket.fileno() >= 0:
            self.selector.unregister(process.channel.socket)
            process.channel.close()

    # A new process, and what becomes of the old one.

    def fork(self) -> Callable[[], None] | None:
        self.wanted = False
        if threads := preload.other_threads():
            asked, self.asked = self.asked, []
            why = f"it has started {threads} more threads, which do not go along into a fork: restart it"
            say(f"not reloaded: {why}")
            for one in asked:
                one({"ok": False, "why": why, "absent": True})
            return None
        self.generation += 1
        asked, self.asked = self.asked, []
        variables, self.variables = self.variables, {}
        environment = {**(self.serving.environment if self.serving else {}), **variables}
        self.engine.start()
        own, its = Channel.pair()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            own.close()
            return self.become(its, environment)
        its.close()
        self.candidate = Process(pid, own, self.generation, environment, asked)
        process = self.candidate
        self.selector.register(own.socket, selectors.EVENT_READ, lambda: self.hear(process))
        return None

    def become(self, channel: Channel, environment: Mapping[str, str | None]) -> Callable[[], None]:
        """In the child: nothing of the launcher stays open but the port."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.SIG_IGN)
        self.selector.close()
        os.close(self.wakeup)
        os.close(self.wakeup_write)
        self.control.close()
        for process in self.processes():
            process.channel.close()
        # A git checkout may have put a new folder in this one's place, and no program starts in a deleted folder.
        with contextlib.suppress(OSError):
            os.chdir(self.folder)
        from launcher.gateway import Gateway

        had_routes = self.serving is not None and self.serving.has_routes
        gateway = Gateway(self.program, channel, self.sockets, self.generation, environment, had_routes, self.update)
        return gateway.run

    def switch_to(self, process: Process) -> None:
        old, self.serving, self.candidate = self.serving, process, None
        if old is not None:
            old.told_to_retire = time.monotonic()
            self.retiring.append(old)
            old.channel.send({"do": "retire"})
            for late in self.retiring[:-MOST_RETIRING]:
                say(f"configuration {late.generation} is ended while it still answers: at most {MOST_RETIRING} that were replaced may go on")
                send_signal(late.pid, signal.SIGTERM)
        if served.has_changed(process.files):
            self.wanted = True
        self.report_switch()

    def report_switch(self) -> None:
        """Reports a reload as done once no replaced process takes new connections."""
        process = self.serving
        if process is None or any(not old.retired for old in self.retiring):
            return
        seconds = time.monotonic() - process.born
        if process.generation > 1 and not process.reported:
            say(f"reloaded in {seconds:.2f} s: configuration {process.generation}")
        process.reported = True
        self.settle(process, {**self.status(), "seconds": round(seconds, 3)})

    def settle(self, process: Process, answer: Mapping[str, Any]) -> None:
        asked, process.asked = process.asked, []
        for one in asked:
            one(answer)

    def refuse(self, process: Process, status: int) -> None:
        self.candidate = None
        why = process.why or f"it ended with status {status}"
        say(f"not reloaded, the former configuration goes on: {why}")
        self.settle(process, {"ok": False, "why": why})

    # Ends.

    def processes(self) -> list[Process]:
        return [*self.retiring, *(one for one in (self.serving, self.candidate) if one is not None)]

    def reap(self) -> None:
        while True:
            try:
                pid, wait_status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self.update.give_up()
                return
            if pid == 0:
                return
            self.ended(pid, exit_status(wait_status))

    def ended(self, pid: int, status: int) -> None:
        if pid == self.update.pid:
            self.update.ended(status)
            return
        if pid == self.engine.pid:
            self.engine.ended()
            return
        process = next((one for one in self.processes() if one.pid == pid), None)
        if process is None:
            # As the first process of a container the launcher also becomes the parent of orphaned processes.
            return
        if process.channel.socket.fileno() >= 0:
            self.hear(process)
            self.hang_up(process)
        if process in self.retiring:
            self.retiring.remove(process)
            self.report_switch()
        elif process is self.candidate and self.serving is not None:
            self.refuse(process, status)
        else:
            self.leave(process, status)

    def leave(self, process: Process, status: int) -> NoReturn:
        others = [one for one in self.processes() if one is not process]
        for one in others:
            send_signal(one.pid, signal.SIGTERM)
        wait_for_ends([one.pid for one in others])
        self.engine.stop()
        if not self.stopping:
            say(f"LiteLLM ended with status {status}")
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)

    def end_what_is_late(self) -> None:
        for old in self.retiring:
            if not old.retired and old.told_to_retire is not None and time.monotonic() - old.told_to_retire > RETIRE_SECONDS:
                say(f"configuration {old.generation} hangs: its process is killed, and calls that it had end")
                send_signal(old.pid, signal.SIGKILL)
        late = self.candidate
        if late is not None and self.serving is not None and time.monotonic() - late.born > READY_SECONDS:
            late.why = late.why or f"it was not ready within {READY_SECONDS:.0f} s"
            send_signal(late.pid, signal.SIGKILL)
