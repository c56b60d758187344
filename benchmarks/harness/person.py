"""One person, doing what the benchmark says: `python -m benchmarks.harness.person NAME SERVER DIR`.

Each line on standard input names a task of `TASKS` and its arguments; the answer is a line, too.
A call is made by telling the callee `answer` and then the caller `call`, with the same arguments.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import devcloud
from benchmarks.harness import chirps
from benchmarks.harness.processes import hurry, keep_output, orders, say
from devcloud.client import mail
from devcloud.client.api import Client, ClientCall
from devcloud.directory.buckets import Rate
from devcloud.model.errors import DevCloudError

CONNECT_S = 20.0
END_S = 10.0

Result = dict[str, Any]
During = Callable[[ClientCall, dict[str, Any]], Awaitable[Result]]


async def speak(call: ClientCall, order: dict[str, Any]) -> Result:
    """Play a file and record what is heard; end some seconds after the file has."""
    if order["record"]:
        call.audio.record(order["record"])
    await call.connected()
    call.audio.play(order["play"], loop=order.get("loop", False))
    await asyncio.sleep(order["seconds"])
    return {"codec": call.status.quality.codec if call.status.quality else ""}


async def first_voice(call: ClientCall, order: dict[str, Any]) -> Result:
    """Speak at once, and return when the other's voice was first heard."""
    call.audio.play(order["play"], loop=True)
    async for status in call.events():
        if status.setup_s is not None:
            return {"heard_at": time.monotonic()}
        if status.reason is not None:
            break
    return {"failed": f"the call ended: {call.status.reason}"}


async def chirp(call: ClientCall, order: dict[str, Any]) -> Result:
    """Chirp, and note when chirps are heard."""
    await call.connected()
    return await chirps.exchange(call.audio, seconds=order["seconds"], seed=order["seed"])


DURING: dict[str, During] = {"speak": speak, "first_voice": first_voice, "chirp": chirp}


async def call_somebody(me: Client, order: dict[str, Any]) -> Result:
    """Call, do something, wait for the other side to be done, hang up."""
    at = time.monotonic()
    call = await me.call(order["to"])
    result = await _during(call, order)
    await asyncio.sleep(order.get("linger_s", 0.0))
    await call.hang_up()
    return result | {"called_at": at}


async def answer(me: Client, order: dict[str, Any]) -> Result:
    """Take the next call at once, do something, wait for the other to hang up."""
    async for call in me.incoming():
        await call.accept()
        result = await _during(call, order)
        async with asyncio.timeout(order.get("linger_s", 0.0) + END_S):
            await call.ended()
        return result
    return {"failed": "no call came"}


async def _during(call: ClientCall, order: dict[str, Any]) -> Result:
    async with asyncio.timeout(CONNECT_S + order.get("seconds", 0.0)):
        return await DURING[order["during"]](call, order)


TASKS = {"call": call_somebody, "answer": answer}


async def main() -> None:
    """Be somebody."""
    name, address, data = sys.argv[1:]
    # One call after another, all by one person, are more than a client listens to otherwise.
    mail.INVITATIONS_OF_ONE = Rate(per_second=1000, burst=1000)
    async with devcloud.connect(address, name=name, data=Path(data)) as me:
        say(media_pid=me.core.media_pid)
        async for order in orders():
            try:
                say(**await TASKS[order["task"]](me, order))
            except (DevCloudError, TimeoutError) as failure:
                say(failed=f"{name}: {failure or 'took too long'}")


if __name__ == "__main__":
    keep_output()
    hurry()
    asyncio.run(main())
