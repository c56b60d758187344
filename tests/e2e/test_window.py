"""What a window needs of the library, with a real server: status, missed calls, keys, waiting
calls, and a crowd that is only told of whom one watches."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

import devcloud
from devcloud.call.states import State
from devcloud.client.api import MissedCall, Status
from devcloud.client.ongoing import CallOver
from devcloud.model.errors import BadSettings, LocalError
from devcloud.model.records import EndReason

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    hosting: Any, pairing: Any, tmp_path_factory: Any
) -> AsyncIterator[SimpleNamespace]:
    data = tmp_path_factory.mktemp("window")
    async with hosting(data / "server") as host, pairing(host.address, data) as pair:
        yield pair


@pytest_asyncio.fixture(loop_scope="module")
async def pair(house: Any) -> AsyncIterator[Any]:
    yield house
    await house.hang_up()
    for me in (house.marc, house.john):
        await me.set_status(Status.AVAILABLE)
        # What one test missed is not the next one's.
        me._missed.clear()


async def seen(me: devcloud.Client, name: str, status: Status) -> None:
    """Wait until `me` sees somebody so."""
    async with asyncio.timeout(60):
        async for people in me.people():
            if any((each.name, each.status) == (name, status) for each in people):
                return


async def next_missed(me: devcloud.Client) -> MissedCall:
    async with asyncio.timeout(60):
        return await anext(me.missed())


# ── status ───────────────────────────────────────────────────────────────────────────────────────


async def test_who_is_not_to_be_disturbed_is_not_rung_and_misses_the_call(pair: Any) -> None:
    await pair.john.set_status(Status.DO_NOT_DISTURB)
    await seen(pair.marc, "John", Status.DO_NOT_DISTURB)
    call = await pair.marc.call("John")
    async with asyncio.timeout(60):
        assert await call.ended() is EndReason.BUSY
    missed = await next_missed(pair.john)
    assert (missed.peer, missed.reason) == ("Marc", EndReason.BUSY)
    assert pair.john.calls == ()


async def test_others_see_that_somebody_is_in_a_call(pair: Any) -> None:
    ours, _ = await pair.talk()
    await seen(pair.marc, "John", Status.BUSY)
    assert pair.john.status is Status.AVAILABLE
    await ours.hang_up()
    await seen(pair.marc, "John", Status.AVAILABLE)


async def test_a_status_outlives_the_connection(pair: Any, tmp_path: Path) -> None:
    await pair.john.set_status(Status.DO_NOT_DISTURB)
    await seen(pair.marc, "John", Status.DO_NOT_DISTURB)
    await pair.john.core.session._socket.close()
    gone = False
    async with asyncio.timeout(60):
        async for connection in pair.john.connection():
            if connection.online and gone:
                break
            gone = gone or not connection.online
            pair.john.retry()
    # Who was there all the time may not have been told that he was away.
    newcomer = devcloud.connect(pair.address, name="Looker", data=tmp_path, observer=True)
    async with newcomer as looker:
        await seen(looker, "John", Status.DO_NOT_DISTURB)


async def test_a_call_that_is_given_up_was_missed(pair: Any) -> None:
    ours, theirs = await pair.ring()
    await ours.hang_up()
    missed = await next_missed(pair.john)
    assert (missed.peer, missed.reason) == ("Marc", EndReason.CANCELLED)
    assert missed.call == theirs.id


async def test_one_that_is_declined_was_not(pair: Any) -> None:
    ours, theirs = await pair.ring()
    await theirs.decline()
    async with asyncio.timeout(60):
        await ours.ended()
    ours, _ = await pair.ring()
    await ours.hang_up()
    assert (await next_missed(pair.john)).reason is EndReason.CANCELLED


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


async def test_keys_are_looked_at_verified_and_forgotten(pair: Any) -> None:
    ours, _ = await pair.talk()
    with pytest.raises(LocalError) as in_use:
        pair.marc.forget_key("john")
    assert in_use.value.code == "key_in_use"
    await ours.hang_up()
    assert [pin.name for pin in pair.marc.pins()] == ["John"]
    assert pair.marc.fingerprint_of("John") == pair.john.own_fingerprint
    pair.marc.set_verified("John", True)
    call, _ = await pair.ring()
    async with asyncio.timeout(60):
        async for status in call.events():
            if status.peer_key:
                break
    await call.hang_up()
    assert call.status.verified
    pair.marc.forget_key("John")
    assert pair.marc.pins() == ()
    # Written down, too; the server still shows the key.
    assert pair.marc._data.book(pair.marc.address.authority).pins == {}
    assert pair.marc.fingerprint_of("John") == pair.john.own_fingerprint
    assert pair.marc.fingerprint_of("Nobody") == ""
    with pytest.raises(LocalError) as unknown:
        pair.marc.set_verified("John", True)
    assert unknown.value.code == "key_not_known"


# ── what the server would not take ───────────────────────────────────────────────────────────────


async def test_an_invitation_that_the_server_refuses_says_why(
    pair: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devcloud.server.session.LONGEST_MESSAGE", 100)
    call = await pair.marc.call("John")
    async with asyncio.timeout(60):
        with pytest.raises(CallOver) as over:
            await call.connected()
    assert over.value.reason is EndReason.ERROR
    assert call.trouble is not None and call.trouble.code == "message_too_long"


# ── calls that wait ──────────────────────────────────────────────────────────────────────────────


async def test_a_second_call_rings_and_puts_the_first_on_hold(
    pair: Any, sound: Any, tmp_path: Path
) -> None:
    async with devcloud.connect(
        pair.address, name="Accueil", data=tmp_path, call_waiting=True
    ) as desk:
        incoming = desk.incoming()
        first_theirs = await pair.marc.call("Accueil")
        async with asyncio.timeout(60):
            first = await anext(incoming)
            await first.accept()
            await first.connected()
            second_theirs = await pair.john.call("Accueil")
            second = await anext(incoming)
            await second.accept()
            await second.connected()
        held = await sound.until(first, State.HELD)
        assert held.held_here
        assert (await sound.until(first_theirs, State.HELD)).held_there
        # Going back holds the other one.
        await first.hold(False)
        await sound.until(first, State.ACTIVE)
        await sound.until(second, State.HELD)
        await second.hang_up()
        assert first.status.state is State.ACTIVE
        async with asyncio.timeout(60):
            await second_theirs.ended()
        await first.hang_up()


async def test_a_call_rings_as_long_as_was_asked_for(pair: Any, tmp_path: Path) -> None:
    async with devcloud.connect(pair.address, name="Studio", data=tmp_path, ring_s=5.0) as desk:
        call = await desk.call("John")
        async with asyncio.timeout(60):
            assert await call.ended() is EndReason.NO_ANSWER
    assert (await next_missed(pair.john)).peer == "Studio"


@pytest.mark.parametrize("seconds", [0.0, -1.0, 3600.0, float("nan")])
async def test_no_call_rings_for_ever(seconds: float) -> None:
    with pytest.raises(BadSettings) as bad:
        devcloud.connect("localhost", name="Marc", ring_s=seconds)
    assert bad.value.code == "ring_invalid"


# ── a crowd ──────────────────────────────────────────────────────────────────────────────────────


async def test_in_a_crowd_contacts_and_those_found_are_told_of(
    hosting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hosting(tmp_path / "server") as host:
        host.server.hall.people._everyone_up_to = 0
        enter = devcloud.connect(host.address, name="Atelier", data=tmp_path / "a")
        support = devcloud.connect(host.address, name="Support", data=tmp_path / "s")
        async with devcloud.connect(host.address, name="Marc", data=tmp_path / "m") as marc:
            async with enter as atelier, support:
                marc.watch(["Atelier"])
                await seen(marc, "Atelier", Status.AVAILABLE)
                found = await marc.search("supp")
                assert [person.name for person in found] == ["Support"]
                await seen(marc, "Support", Status.AVAILABLE)
                await atelier.set_status(Status.DO_NOT_DISTURB)
                await seen(marc, "Atelier", Status.DO_NOT_DISTURB)
                # Calling somebody else leaves both watched.
                assert await marc.core.whereabouts._find("Nobody") is None
                await atelier.set_status(Status.AVAILABLE)
                await seen(marc, "Atelier", Status.AVAILABLE)
            async with asyncio.timeout(60):
                async for people in marc.people():
                    if not people:
                        break
