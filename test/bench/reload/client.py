"""Calls the gateway at a steady pace with OpenAI's client for Python, every second one a stream; a line a call, until SIGTERM."""

import asyncio
import json
import signal
import sys
import time

from openai import AsyncOpenAI

plan = json.loads(sys.argv[1])
messages = [{"role": "user", "content": "hello"}]


async def call(client: AsyncOpenAI, stream: bool) -> None:
    at = time.time() * 1000
    begin = time.perf_counter()
    try:
        failed = await (streamed(client) if stream else whole(client))
    except Exception as error:
        failed = f"{type(error).__name__}: {error} < {error.__cause__!r}"
    ms = (time.perf_counter() - begin) * 1000
    print(json.dumps({"at": at, "ms": ms, "stream": stream, "failed": failed}), flush=True)


async def whole(client: AsyncOpenAI) -> "str | None":
    answer = await client.chat.completions.create(model=plan["model"], messages=messages)
    return None if answer.choices[0].message.content == "Hello" else "another answer"


async def streamed(client: AsyncOpenAI) -> "str | None":
    text, reason = "", None
    async for chunk in await client.chat.completions.create(model=plan["model"], messages=messages, stream=True):
        if chunk.choices:
            text += chunk.choices[0].delta.content or ""
            reason = chunk.choices[0].finish_reason or reason
    return None if text.endswith("w3 ") and reason == "stop" else f'cut after "{text}"'


async def main() -> None:
    ending = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ending.set)
    running = set()
    # A second try would hide what is looked for.
    async with AsyncOpenAI(base_url=f"{plan['url']}/v1", api_key=plan["key"], max_retries=0, timeout=30) as client:
        begin = time.perf_counter()
        index = 0
        while not ending.is_set():
            one = asyncio.create_task(call(client, index % 2 == 1))
            running.add(one)
            one.add_done_callback(running.discard)
            index += 1
            await asyncio.sleep(begin + index * plan["everyMs"] / 1000 - time.perf_counter())
        await asyncio.gather(*running)


asyncio.run(main())
