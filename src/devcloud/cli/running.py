"""How a command runs: on a loop of its own, until it is done or told to stop.

The first Ctrl+C (or SIGTERM, or a closed pipe) asks for an end in good order; the second one ends
at once.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from devcloud.cli.terminal import Terminal
from devcloud.client.api import Client, connect
from devcloud.model.errors import DevCloudError, LocalError

_T = TypeVar("_T")

LAST_S: Final = 5.0
"""What is still to end after the second Ctrl+C gets so long and no longer."""


class Interrupted(LocalError):
    """Ctrl+C came before the command was done."""

    exit_code = 1


def run_until_interrupted(
    work: Callable[[asyncio.Event], Coroutine[Any, Any, _T]], terminal: Terminal
) -> _T:
    """Run a command whose event is set when it is to end. Raises Interrupted where it was cut."""

    async def run() -> _T:
        stop = asyncio.Event()
        terminal.gone = stop.set
        loop = asyncio.get_running_loop()
        main = asyncio.current_task()
        assert main is not None

        def interrupt() -> None:
            if stop.is_set():
                main.cancel()
                loop.call_later(LAST_S, _give_up)
            stop.set()

        handled = []
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, interrupt)
            except NotImplementedError:  # Windows: Ctrl+C cancels at once instead
                break
            handled.append(number)
        try:
            return await work(stop)
        finally:
            for number in handled:
                loop.remove_signal_handler(number)
                # All is done, or cut: one more has nothing to interrupt but this program's end,
                # which Python would tell of with a trace.
                signal.signal(number, signal.SIG_DFL)

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise Interrupted("interrupted") from None


def _give_up() -> None:
    """End the process: what asyncio still waits for, a task or a thread, does not end."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T:
    """Return what `work` returns. Raises Interrupted when `stop` is set first."""
    # Not `Tasks`: what fails here is told to the person, and needs no trace in the log.
    working = asyncio.create_task(work, name="command.work")
    stopping = asyncio.create_task(stop.wait(), name="command.stop")
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
    raise Interrupted("interrupted")


@asynccontextmanager
async def signed_in(
    connection: connect, stop: asyncio.Event, terminal: Terminal
) -> AsyncIterator[Client]:
    """Sign in, tell when the server goes and comes back, and sign out.

    Raises:
        Interrupted: `stop` was set before that.
        DevCloudError: what `connect` raises.
    """
    me = await unless_stopped(stop, connection.__aenter__())
    telling = [
        asyncio.create_task(_tell_connection(me, terminal), name="command.connection"),
        asyncio.create_task(_tell_warnings(me, terminal), name="command.warnings"),
    ]
    try:
        yield me
    finally:
        for task in telling:
            task.cancel()
        await asyncio.gather(*telling, return_exceptions=True)
        await connection.__aexit__(None, None, None)


async def _tell_connection(me: Client, terminal: Terminal) -> None:
    """Tell once that the server is gone, however many attempts it takes until it is back."""
    was_online = True
    server = me.address.authority
    try:
        async for connection in me.connection():
            if connection.online != was_online:
                was_online = connection.online
                key = "server_back" if was_online else "server_gone"
                terminal.complain(terminal.say(key, server=server))
    except DevCloudError as failure:
        # Whoever waits for a call is told by the same failure; a call goes on without a server.
        terminal.complain(f"devcloud: {failure.text(terminal.language)}")


async def _tell_warnings(me: Client, terminal: Terminal) -> None:
    """Tell of invitations that never rang, because somebody was not who they said."""
    async for refusal in me.warnings():
        terminal.complain(f"devcloud: {refusal.text(terminal.language)}")
