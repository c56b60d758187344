"""The echo person: answers every call, says in French and in English what to do, then sends back
what it hears, one second later.

A program of its own, which a server starts and ends (`python -m devcloud.cli.echo`): its order is
one line of JSON on standard input, and when that closes, the program ends. One client takes one
call, so there are several of the same person: always one more than are in use, up to four, all with
one key. Whoever calls when all talk hears that the line is busy.
"""

import asyncio
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from devcloud.client.api import ClientCall, connect
from devcloud.client.keyfile import install, load_or_create
from devcloud.client.session import PAUSES_S
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import BadKey, DevCloudError, Refused
from devcloud.net.tasks import Tasks

MOST_CALLS = 4
LONGEST_CALL_S = 300.0
DELAY_S = 1.0
GOOD_FOR_NOTHING = 3
"""The exit code where trying again would not help."""
_LONGEST_ORDER = 16 * 1024
_SENTENCES = ("echo-fr.wav", "echo-en.wav")


class Order(msgspec.Struct, frozen=True):
    """Who to be and where: `server` is a link that lets one in, `data` a directory of its own."""

    name: str
    server: str
    data: str


class Echo:
    """The clients of the echo person. `failed` holds what made it end, if anything did."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._tasks = Tasks("echo")
        self._lines = 1
        """Those that answer, and one that is being opened."""
        self._talking = 0
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Sign in once. Raises DevCloudError."""
        self._key = load_or_create(Path(self._order.data))
        await self._open_line(self._lines)

    async def aclose(self) -> None:
        """Hang up and sign out."""
        await self._tasks.aclose()

    async def _open_line(self, number: int) -> None:
        """One more client, which answers until the end. Raises DevCloudError."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._tasks.spawn(self._keep_line(number, ready), name=f"line-{number}")
        await ready

    async def _keep_line(self, number: int, ready: asyncio.Future[None]) -> None:
        try:
            async with _sign_in(self._order, number, self._key) as me:
                ready.set_result(None)
                async for call in me.incoming():
                    await self._busy_with(call)
        except DevCloudError as failure:
            if not ready.done():
                ready.set_exception(failure)
            elif not self.failed.done():
                self.failed.set_exception(failure)

    async def _busy_with(self, call: ClientCall) -> None:
        """See a call through, and have one more line once it is this one that has it: every free
        line rings, and the first takes it."""
        if not await take(call):
            return
        self._talking += 1
        if self._talking == self._lines < MOST_CALLS:
            self._lines += 1
            self._tasks.spawn(self._one_more(self._lines), name="one-more")
        try:
            await talk(call)
        finally:
            self._talking -= 1

    async def _one_more(self, number: int) -> None:
        """Open a line; where the server is too busy for that, try again."""
        for pause in PAUSES_S:
            try:
                await self._open_line(number)
            except DevCloudError as failure:
                _say(failure)
                await asyncio.sleep(pause)
            else:
                return
        # The lines that are there go on; the next call tries again.
        self._lines -= 1


def _sign_in(order: Order, number: int, key: SigningKey) -> connect:
    # Two clients never share a directory; all of these are one person.
    data = Path(order.data) / f"line-{number}"
    install(data, key)
    return connect(order.server, name=order.name, data=data, warm_up="always")


async def take(call: ClientCall) -> bool:
    """Accept a call; return whether it came to be."""
    try:
        if call.status.key_changed:
            # Anybody may test their sound: the echo says nothing that a key would protect.
            await call.accept_key()
        await call.accept()
        await call.connected()
    except DevCloudError:
        # Taken by another line, over already, or not to be trusted: the caller hears of it.
        await call.hang_up()
        return False
    return True


async def talk(call: ClientCall) -> None:
    """Say what this is, then send back what comes, until the other side hangs up; for so long."""
    samples = resources.files("devcloud.media") / "samples"
    try:
        async with asyncio.timeout(LONGEST_CALL_S):
            for sentence in _SENTENCES:
                call.audio.play(str(samples / sentence))
                await call.audio.played()
            call.audio.echo(delay_s=DELAY_S)
            await call.ended()
    except TimeoutError:
        await call.hang_up()


async def run(order: Order, over: asyncio.Event) -> None:
    """Be the echo until `over`. Raises DevCloudError."""
    echo = Echo(order)
    ending: asyncio.Future[Any] = asyncio.ensure_future(over.wait())
    try:
        await echo.start()
        awaited: list[asyncio.Future[Any]] = [ending, echo.failed]
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if echo.failed.done():
            echo.failed.result()
    finally:
        ending.cancel()
        await echo.aclose()


async def _serve() -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    reader = asyncio.StreamReader(limit=_LONGEST_ORDER)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    order = msgspec.json.decode(await reader.readline(), type=Order)
    async with Tasks("echo-input") as tasks:
        tasks.spawn(_until_closed(reader, over), name="server")
        await run(order, over)


async def _until_closed(reader: asyncio.StreamReader, over: asyncio.Event) -> None:
    """The server holds the other end: when it is gone, so is the echo."""
    while await reader.read(1024):
        pass
    over.set()


def _say(failure: DevCloudError) -> None:
    sys.stderr.write(f"echo: {failure.text()}\n")


def main() -> int:
    """Run until the server ends it, and return the exit code."""
    try:
        asyncio.run(_serve())
    except (Refused, BadKey) as failure:
        _say(failure)
        return GOOD_FOR_NOTHING
    except DevCloudError as failure:
        _say(failure)
        return 1
    except (msgspec.MsgspecError, KeyboardInterrupt):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
