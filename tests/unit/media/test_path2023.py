"""The port of 2023 calls in the media process, over real loopback UDP: two addresses, one port."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from devcloud.media import path2023
from devcloud.media.control import BLOCK_BYTES, Came2023
from devcloud.media.path2023 import MOST_PER_S, Path2023, Port2023
from devcloud.model.errors import AlreadyRunning, BadSettings
from devcloud.wire.legacy2023 import datagrams

HERE, THERE, STRANGE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
VOICE = (np.sin(np.arange(512) / 3) * 9000).astype("<i2").tobytes()


class Inbox:
    """What the core is told."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[Came2023] = asyncio.Queue()

    async def next(self) -> Came2023:
        async with asyncio.timeout(60):
            return await self.reports.get()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@asynccontextmanager
async def opened(inbox: Inbox, port: int = 0) -> AsyncIterator[Port2023]:
    made = await Port2023.open(HERE, port, inbox.reports.put_nowait, threading.Lock())
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
async def port(inbox: Inbox) -> AsyncIterator[Port2023]:
    async with opened(inbox) as made:
        yield made


def host(address: str, port: Port2023) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.settimeout(60)
    made.bind((address, port.bound[1]))
    return made


@pytest.fixture
def there(port: Port2023) -> Iterator[socket.socket]:
    with host(THERE, port) as made:
        yield made


async def test_everything_goes_to_the_core_and_voice_of_a_call_is_played(
    inbox: Inbox, port: Port2023, there: socket.socket
) -> None:
    heard: list[bytes] = []
    path = Path2023(THERE, port.send, heard.append)
    port.paths[THERE] = path
    there.sendto(b"START Marc", port.bound)
    assert await inbox.next() == Came2023(data=b"START Marc", source=THERE)
    with host(STRANGE, port) as strange:
        strange.sendto(VOICE, port.bound)
        assert (await inbox.next()).source == STRANGE
    for _ in range(20):
        path.push(bytes(BLOCK_BYTES))
    assert not any(np.frombuffer(b"".join(heard), "<i2"))
    for _ in range(3):
        # What is too long is cut, as the programs of 2023 did.
        there.sendto(VOICE + bytes(900), port.bound)
        assert len((await inbox.next()).data) == len(VOICE) + 900
    for _ in range(20):
        path.push(bytes(BLOCK_BYTES))
    assert np.abs(np.frombuffer(b"".join(heard), "<i2").astype(int)).max() > 5000
    port.leave(THERE, path)
    assert port.paths == {}


async def test_voice_goes_out_once_it_may(
    inbox: Inbox, port: Port2023, there: socket.socket
) -> None:
    path = Path2023(THERE, port.send, lambda _block: None)
    path.speaking = False
    for _ in range(50):
        path.push(bytes(BLOCK_BYTES))
    port.send(b"ACCEPT", THERE)
    assert there.recv(2048) == b"ACCEPT"
    path.speaking = True
    for _ in range(50):
        path.push(bytes(BLOCK_BYTES))
    for _ in range(5):
        block = there.recv(2048)
        # Silence, which a program of 2023 would not play if it were valid UTF-8.
        assert len(block) == datagrams.BLOCK_BYTES
        assert not datagrams.is_text(block)


async def test_a_path_that_took_anothers_place_stays(port: Port2023) -> None:
    old, new = (Path2023(THERE, port.send, lambda _block: None) for _ in range(2))
    port.paths[THERE] = new
    port.leave(THERE, old)
    assert port.paths == {THERE: new}


async def test_a_flood_is_not_passed_on(
    inbox: Inbox, port: Port2023, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(path2023.time, "monotonic", lambda: now)
    for _ in range(2 * MOST_PER_S):
        port.datagram_received(b"START Marc", (THERE, 5001))
    assert inbox.reports.qsize() == MOST_PER_S
    now += 1.0
    port.datagram_received(b"START Marc", (THERE, 5001))
    assert inbox.reports.qsize() == MOST_PER_S + 1


async def test_a_host_that_is_gone_is_no_error(port: Port2023) -> None:
    for _ in range(5):
        port.send(b"CLOSE", THERE)
        await asyncio.sleep(0)
    port.error_received(ConnectionRefusedError())


async def test_the_port_is_taken_or_the_address_not_ours(inbox: Inbox, port: Port2023) -> None:
    with pytest.raises(AlreadyRunning) as taken:
        async with opened(inbox, port.bound[1]):
            pass
    assert taken.value.code == "port_2023_taken"
    with pytest.raises(BadSettings) as elsewhere:
        await Port2023.open("192.0.2.1", 0, inbox.reports.put_nowait, threading.Lock())
    assert elsewhere.value.code == "address_2023_not_here"
