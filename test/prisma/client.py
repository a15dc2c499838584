"""Prisma's Python client, told what to do line by line: the tests' words are JSON, and what JSON has no type for carries a tag."""

import asyncio
import datetime
import decimal
import json
import sys

from prisma import Base64, Json, Prisma
from pydantic import BaseModel

READ = {
    "json": lambda text: Json(json.loads(text)),
    "int": int,
    "float": float,
    "time": datetime.datetime.fromisoformat,
    "bytes": Base64.fromb64,
    "decimal": decimal.Decimal,
    "long": lambda text: text * (1 << 20),
    "longJson": lambda text: Json(text * (1 << 20)),
}


def meant(value):
    if isinstance(value, list):
        return [meant(item) for item in value]
    if not isinstance(value, dict):
        return value
    [(key, inner)] = value.items() if len(value) == 1 else [("", None)]
    if key[:1] == "$":
        return READ[key[1:]](inner)
    return {key: meant(inner) for key, inner in value.items()}


def told(value):
    if isinstance(value, BaseModel):
        return {name: told(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, (list, tuple)):
        return [told(item) for item in value]
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items()}
    if isinstance(value, datetime.datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, Base64):
        return {"$bytes": str(value)}
    if isinstance(value, decimal.Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, float):
        return {"$float": repr(value)}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return {"$int": str(value)}
    return value


def called(client, step):
    at = client
    for name in step["call"].split("."):
        at = getattr(at, name)
    return at(*meant(step.get("args", [])), **meant(step.get("with", {})))


async def transacted(client, step):
    limits = {name: datetime.timedelta(milliseconds=ms) for name, ms in step.get("limits", {}).items()}
    async with client.tx(**limits) as tx:
        answers = [await taken(tx, inner) for inner in step["tx"]]
        if step.get("fails"):
            raise ValueError("on purpose")
        return answers


async def batched(client, step):
    async with client.batch_() as batch:
        for inner in step["batch"]:
            called(batch, inner)


async def taken(client, step):
    """One step's answer, or its error where the step says that it may fail."""
    try:
        if "tx" in step:
            return await transacted(client, step)
        if "batch" in step:
            return await batched(client, step)
        if "all" in step:
            return await asyncio.gather(*[taken(client, inner) for inner in step["all"]])
        if "each" in step:
            return [await taken(client, inner) for inner in step["each"]]
        if "sleep" in step:
            return await asyncio.sleep(step["sleep"])
        return told(await called(client, step))
    except Exception as error:
        if not step.get("may"):
            raise
        return failure(error)


def failure(error):
    return {"failed": type(error).__name__, "code": getattr(error, "code", None), "message": str(error)}


def say(answer):
    # ASCII: lone surrogates survive, and a line is a line.
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def main():
    client = Prisma(use_dotenv=False)
    lines = asyncio.StreamReader(limit=1 << 30)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        step = json.loads(line)
        try:
            if step.get("call") == "engine":
                say({"answer": client._Prisma__engine.process.pid})
            else:
                say({"answer": await taken(client, step)})
        except Exception as error:
            say(failure(error))
    if client.is_connected():
        await client.disconnect()


asyncio.run(main())
