"""Stands where Prisma's client looks for its query engine: has the engine that the launcher keeps serve this client, too.

Started by the engine's own program, without the launcher around it. It ends with the engine, and the engine's part of it with this process.
LiteLLM waits for it: it loads what it needs, and no more.
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
        # No engine is kept, or another one: this client gets one of its own.
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
        # How Prisma's client stops its engine.
        pass
