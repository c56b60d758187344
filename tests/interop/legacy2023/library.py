"""A person who uses DevCloud's library, for the tests: the real client, with its media process.

    library.py client --bind 10.77.0.2 --server 10.77.0.1 --name Marc --data DIR
                      [--protocol 2023|today] [--play a.wav] [--record b.wav]
                      [--on-call accept|reject|ignore]

Orders and events are those of `peer.py`; `calls_off` says that 2023 calls are off, and why. With
`--protocol 2023` the server is spoken to as in 2023.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import threading

import devcloud
from devcloud.client.api import CallOver, Client, ClientCall
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind, EndReason

OUTCOMES = {
    EndReason.DECLINED: "rejected",
    EndReason.NO_ANSWER: "no_answer",
    EndReason.COMPLETED: "closed_by_peer",
    EndReason.CONNECTION_LOST: "lost",
    EndReason.UNKNOWN_NAME: "unknown",
    EndReason.OFFLINE: "unknown",
}


def tell(event: str, **values: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Notes(logging.Handler):
    """What the client's log says of callers it turned away or left aside."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "told «busy»" in text:
            tell("turned_away", name=text.split()[0])
        elif "called as «" in text:
            tell("impostor", name=text.split("«")[1].split("»")[0])


class Person:
    def __init__(self, me: Client, options: argparse.Namespace) -> None:
        self.me = me
        self.options = options
        self.call: ClientCall | None = None
        self.closing = False
        self.tasks: set[asyncio.Task[None]] = set()

    def begin(self, call: ClientCall) -> None:
        """What is said in the call, and where what is heard goes."""
        self.call, self.closing = call, False
        if self.options.play:
            call.audio.play(self.options.play)
        if self.options.record:
            call.audio.record(self.options.record)
        for work in (self.follow(call), self.say_when_said(call)):
            task = asyncio.create_task(work)
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def follow(self, call: ClientCall) -> None:
        taken = False
        try:
            status = await call.connected()
        except CallOver:
            pass
        else:
            taken = True
            assert status.encrypted is (status.kind is not CallKind.LEGACY_2023)
            tell("in_call" if status.role == "callee" else "accepted", name=call.peer)
        reason = await call.ended()
        if reason is EndReason.COMPLETED and self.closing:
            tell("closed")
        elif call.status.role == "caller" or taken:
            tell(OUTCOMES.get(reason, str(reason)), name=call.peer)

    async def say_when_said(self, call: ClientCall) -> None:
        await call.audio.played()
        if self.options.play and not call.status.reason:
            tell("said_all")

    async def answer(self) -> None:
        async for call in self.me.incoming():
            tell("ringing", name=call.peer)
            if self.options.on_call == "accept":
                self.begin(call)
                await call.accept()
            elif self.options.on_call == "reject":
                await call.decline()
            else:
                await call.ended()
                tell("gave_up", name=call.peer)

    async def order(self, words: list[str]) -> bool:
        match words:
            case ["call", name]:
                try:
                    self.begin(await self.me.call(name))
                except DevCloudError as error:
                    tell("unknown" if error.code == "recipient_unknown" else error.code, name=name)
            case ["close"] if self.call is not None:
                self.closing = True
                await self.call.hang_up()
            case ["media_dies"]:
                assert self.me.core.media_pid is not None
                os.kill(self.me.core.media_pid, 9)
            case ["die"]:
                assert self.me.core.media_pid is not None
                os.kill(self.me.core.media_pid, 9)
                os._exit(9)
            case _:
                return False
        return True


def read_orders(loop: asyncio.AbstractEventLoop, orders: asyncio.Queue[list[str]]) -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(orders.put_nowait, line.split())


async def live(options: argparse.Namespace) -> int:
    logging.getLogger("devcloud").addHandler(Notes())
    logging.getLogger("devcloud").setLevel(logging.INFO)
    orders: asyncio.Queue[list[str]] = asyncio.Queue()
    reading = (asyncio.get_running_loop(), orders)
    threading.Thread(target=read_orders, args=reading, daemon=True).start()
    mode = "only" if options.protocol == "2023" else "on"
    try:
        async with devcloud.connect(
            options.server, name=options.name, data=options.data, legacy_2023=mode
        ) as me:
            if me.off_2023 is not None:
                tell("calls_off", code=me.off_2023.code)
            tell("registered")
            person = Person(me, options)
            answering = asyncio.create_task(person.answer())
            while await person.order(await orders.get()):
                pass
            answering.cancel()
    except DevCloudError as error:
        tell("refused", code=error.code)
        return error.exit_code
    return 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["client"])
    parser.add_argument("--bind", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--protocol", choices=["2023", "today"], default="2023")
    parser.add_argument("--name", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--play", default="")
    parser.add_argument("--record", default="")
    parser.add_argument("--on-call", choices=["accept", "reject", "ignore"], default="accept")
    return asyncio.run(live(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
