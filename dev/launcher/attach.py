"""Runs where Prisma's client starts its query engine, and has the engine that the launcher keeps serve this client too.

The engine's own program (bin/query-engine) starts it, without the launcher around it. It ends when the engine ends, and
the engine stops serving this client when it ends.
LiteLLM waits for it, so it imports only what it needs.
"""

import os
import select
import socket
import sys

LOOK_SECONDS = 0.2


def main() -> None:
    door, program, *arguments = sys.argv[1:]
    parent = os.getppid()
    connection = socket.socket(socket.AF_UNIX)
    answer = ask(connection, door, arguments)
    if answer.startswith("failed "):
        sys.exit(answer[len("failed ") :].rstrip())
    if answer != "serving\n":
        # No engine is kept, or it refuses this client: the client gets an engine of its own.
        del os.environ["GOAT_DEV_ENGINE_DOOR"]
        os.execv(program, [program, *arguments])
    while os.getppid() == parent:
        if select.select([connection], [], [], LOOK_SECONDS)[0]:
            sys.exit(1)


def ask(connection: socket.socket, door: str, arguments: "list[str]") -> str:
    port = arguments[arguments.index("-p") + 1]
    wanted = [port, *(os.environ.get(name, "") for name in ("PRISMA_DML_PATH", "DATABASE_URL", "OVERWRITE_DATASOURCES"))]
    answer = b""
    try:
        connection.connect("\0" + door)
        connection.sendall(b"\0".join(map(os.fsencode, wanted)) + b"\n")
        while not answer.endswith(b"\n") and (piece := connection.recv(65_536)):
            answer += piece
    except OSError:
        pass
    return answer.decode()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # SIGINT is how Prisma's client stops its engine.
        pass
