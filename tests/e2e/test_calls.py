"""Calls between two clients that stay signed in: every way to begin, to change and to end one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio

import devcloud
from devcloud.call.line import Busy
from devcloud.call.states import State, Timers
from devcloud.client import mail
from devcloud.directory.buckets import Rate
from devcloud.model.errors import BadName, LocalError
from devcloud.model.records import EndReason

pytestmark = pytest.mark.asyncio(loop_scope="module")

THIRD = "שלום 🎉"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    hosting: Any, pairing: Any, tmp_path_factory: Any
) -> AsyncIterator[SimpleNamespace]:
    """A server, Marc, John, and a third person."""
    data = tmp_path_factory.mktemp("calls")
    with pytest.MonkeyPatch.context() as patch:
        # Forty calls in as many seconds are more than is heard of one person at once.
        for limit in ("INVITATIONS", "INVITATIONS_OF_ONE"):
            patch.setattr(mail, limit, Rate(per_second=1000, burst=1000))
        async for signed_in in people(hosting, pairing, data):
            yield signed_in


async def people(hosting: Any, pairing: Any, data: Path) -> AsyncIterator[SimpleNamespace]:
    async with (
        hosting(data / "server") as host,
        pairing(host.address, data) as pair,
        devcloud.connect(host.address, name=THIRD, data=data / "third") as third,
    ):
        yield SimpleNamespace(host=host, pair=pair, third=third, data=data)


@pytest_asyncio.fixture(loop_scope="module")
async def pair(house: SimpleNamespace) -> AsyncIterator[Any]:
    yield house.pair
    await house.pair.hang_up()


@pytest.fixture(scope="module")
def tone(sound: Any, tmp_path_factory: Any) -> Path:
    return sound.tone(tmp_path_factory.mktemp("tone") / "tone.wav")


async def ends(*calls: devcloud.ClientCall) -> set[EndReason]:
    async with asyncio.timeout(60):
        return set(await asyncio.gather(*(call.ended() for call in calls)))


# ── ending ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_caller_hangs_up(pair: Any) -> None:
    ours, theirs = await pair.talk()
    assert ours.status.encrypted and theirs.status.encrypted
    await ours.hang_up()
    assert await ends(ours, theirs) == {EndReason.COMPLETED}


async def test_the_callee_hangs_up(pair: Any) -> None:
    ours, theirs = await pair.talk()
    await theirs.hang_up()
    assert await ends(ours, theirs) == {EndReason.COMPLETED}


async def test_a_call_is_declined_with_a_word(pair: Any) -> None:
    ours, theirs = await pair.ring()
    await theirs.decline("In a meeting, at five?")
    assert await ends(ours, theirs) == {EndReason.DECLINED}
    assert ours.status.text == "In a meeting, at five?"
    with pytest.raises(devcloud.CallOver):
        await ours.connected()


async def test_the_caller_thinks_better_of_it(pair: Any) -> None:
    ours, theirs = await pair.ring()
    await ours.hang_up()
    assert await ends(ours, theirs) == {EndReason.CANCELLED}


async def test_nobody_answers(house: SimpleNamespace) -> None:
    """The time in which it rings begins with dialling, which takes a busy machine a while."""
    address, data, timers = house.host.address, house.data / "brief", Timers(ring=5.0)
    ringing = asyncio.ensure_future(anext(house.pair.john.incoming()))
    async with devcloud.connect(address, name="Zoé 🎉", data=data, timers=timers) as brief:
        ours = await brief.call("John")
        theirs = await ringing
        assert theirs.peer == "Zoé 🎉"
        assert await ends(ours, theirs) == {EndReason.NO_ANSWER}


async def test_whoever_talks_is_busy(house: SimpleNamespace, pair: Any) -> None:
    await pair.talk()
    call = await house.third.call("John")
    assert await ends(call) == {EndReason.BUSY}
    with pytest.raises(Busy) as busy:
        await pair.marc.call(THIRD)
    assert busy.value.code == "already_in_call"


async def test_somebody_whom_nobody_knows(pair: Any) -> None:
    assert await ends(await pair.marc.call("Nobody")) == {EndReason.UNKNOWN_NAME}


async def test_somebody_who_has_gone(house: SimpleNamespace, pair: Any) -> None:
    async with devcloud.connect(house.host.address, name="Paul", data=house.data / "paul"):
        pass
    assert await ends(await pair.marc.call("Paul")) == {EndReason.OFFLINE}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Marc", "name_own"),
        ("MARC", "name_own"),
        ("", "name_empty"),
        ("x" * 33, "name_too_long"),
        ("a\x00b", "name_unprintable"),
        ("a\u202eb", "name_unprintable"),
        (" John", "name_blank_at_end"),
    ],
)
async def test_what_is_nobodys_name(pair: Any, name: str, code: str) -> None:
    with pytest.raises((BadName, LocalError)) as wrong:
        await pair.marc.call(name)
    assert wrong.value.code == code
    assert pair.marc.calls == ()


async def test_an_observer_calls_nobody(house: SimpleNamespace) -> None:
    address, data = house.host.address, house.data / "observer"
    async with devcloud.connect(address, name="Looker", data=data, observer=True) as looker:
        with pytest.raises(LocalError) as wrong:
            await looker.call("John")
    assert wrong.value.code == "observers_cannot_call"


async def test_a_name_of_other_letters_can_be_called(house: SimpleNamespace, pair: Any) -> None:
    ringing = asyncio.ensure_future(anext(house.third.incoming()))
    ours = await pair.marc.call(THIRD)
    theirs = await ringing
    await theirs.accept()
    await ours.connected()
    assert (ours.status.peer, theirs.status.peer) == (THIRD, "Marc")
    await ours.hang_up()
    assert await ends(ours, theirs) == {EndReason.COMPLETED}


async def test_both_call_at_once_and_have_one_call(pair: Any, sound: Any, tone: Path) -> None:
    ours, theirs = await asyncio.gather(pair.marc.call("John"), pair.john.call("Marc"))
    for call in (ours, theirs):
        call.audio.play(tone)
    await asyncio.gather(ours.connected(), theirs.connected())
    assert ours.id == theirs.id
    assert len(pair.marc.calls) == len(pair.john.calls) == 1
    await asyncio.gather(sound.hear(ours, sound.loud), sound.hear(theirs, sound.loud))
    await ours.hang_up()
    assert await ends(ours, theirs) == {EndReason.COMPLETED}


# ── talking ──────────────────────────────────────────────────────────────────────────────────────


async def quiet_for(call: devcloud.ClientCall, sound: Any, blocks: int) -> None:
    """Wait for silence, so many blocks in a row. What was on its way may come after a gap."""
    quiet = 0
    async with asyncio.timeout(60):
        async for block in call.audio.blocks():
            quiet = quiet + 1 if sound.silent(block) else 0
            if quiet == blocks:
                return
    raise AssertionError("the call was over before that")


async def test_muted_is_silence_at_the_other_side(pair: Any, sound: Any, tone: Path) -> None:
    ours, theirs = await pair.talk(marc_plays=tone)
    await sound.hear(theirs, sound.loud)
    await ours.mute()
    assert ours.status.muted
    await quiet_for(theirs, sound, 50)
    await ours.mute(False)
    await sound.hear(theirs, sound.loud)


async def test_on_hold_both_know_and_neither_hears(pair: Any, sound: Any, tone: Path) -> None:
    calls = await pair.talk(marc_plays=tone, john_plays=tone)
    for holder, other in (calls, calls[::-1]):
        await asyncio.gather(sound.hear(holder, sound.loud), sound.hear(other, sound.loud))
        await holder.hold()
        held = await sound.until(other, State.HELD)
        assert (held.held_here, held.held_there) == (False, True)
        assert (holder.status.held_here, holder.status.held_there) == (True, False)
        await asyncio.gather(sound.hear(holder, sound.silent), sound.hear(other, sound.silent))
        await holder.hold(False)
        await sound.until(other, State.ACTIVE)


async def test_an_echo_comes_back(pair: Any, sound: Any, tone: Path) -> None:
    ours, theirs = await pair.talk(marc_plays=tone)
    theirs.audio.echo()
    heard = await sound.hear(ours, sound.loud)
    assert abs(sound.pitch(heard) - 440) < 15


async def test_a_program_speaks_and_listens(pair: Any, sound: Any, tmp_path: Path) -> None:
    ours, theirs = await pair.talk()
    pcm = sound.tone(tmp_path / "tone.wav", hertz=880, seconds=0.5).read_bytes()[44:]

    async def speak() -> None:
        while True:
            await ours.audio.write(pcm[:9600])

    speaking = asyncio.ensure_future(speak())
    try:
        heard = await sound.hear(theirs, sound.loud)
        assert abs(sound.pitch(heard) - 880) < 15
    finally:
        speaking.cancel()


async def test_blocks_of_the_wrong_size_are_refused(pair: Any) -> None:
    ours, _ = await pair.talk()
    for wrong in (b"", bytes(959), bytes(101 * 960)):
        with pytest.raises(LocalError) as refused:
            await ours.audio.write(wrong)
        assert refused.value.code == "sound_block_size"


async def test_each_reader_hears_every_block(pair: Any, tone: Path) -> None:
    _, theirs = await pair.talk(marc_plays=tone)

    async def fifty() -> list[bytes]:
        kept = []
        async for block in theirs.audio.blocks():
            kept.append(block)
            if len(kept) == 50:
                break
        return kept

    one, other = await asyncio.gather(fifty(), fifty())
    assert b"".join(one) == b"".join(other)


async def test_the_clock_set_back_changes_nothing(
    pair: Any, sound: Any, tone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = await pair.talk(marc_plays=tone)
    began = ours.status.duration_s
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 86_400)
    await sound.hear(theirs, sound.loud)
    await asyncio.sleep(0.3)
    assert began <= ours.status.duration_s < 60
    assert ours.status.state is State.ACTIVE
    await ours.hang_up()
    assert await ends(ours, theirs) == {EndReason.COMPLETED}
    again, answered = await pair.talk()
    await again.hang_up()
    assert await ends(again, answered) == {EndReason.COMPLETED}


# ── many ─────────────────────────────────────────────────────────────────────────────────────────


def count(directory: str) -> int:
    return len(list(Path(directory).iterdir()))


def footprint(me: devcloud.Client) -> dict[str, int]:
    """What could grow."""
    desk = me.core.desk
    return {
        "tasks": len(asyncio.all_tasks()),
        "files": count(f"/proc/{os.getpid()}/fd"),
        "media files": count(f"/proc/{me.core.media_pid}/fd"),
        "media threads": count(f"/proc/{me.core.media_pid}/task"),
        "calls": len(me.calls) + len(desk.line.calls),
        "unacknowledged": desk.unacknowledged,
    }


async def settled(me: devcloud.Client) -> dict[str, int]:
    """The footprint once the acknowledgements of the last call are in."""
    async with asyncio.timeout(60):
        while me.core.desk.unacknowledged:
            await asyncio.sleep(0.02)
    return footprint(me)


def growth(then: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    """The engine keeps a thread or two around for a while."""
    return {key: now[key] - then[key] for key in then if now[key] > then[key] + 3}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts files in /proc")
async def test_call_after_call_leaves_nothing_behind(pair: Any) -> None:
    async def one_call() -> None:
        ours, theirs = await pair.talk()
        await ours.hang_up()
        await ends(theirs)

    for _ in range(3):
        await one_call()
    before = await settled(pair.marc), await settled(pair.john)
    for _ in range(20):
        await one_call()
    for me, then in zip((pair.marc, pair.john), before, strict=True):
        give_up = time.monotonic() + 60
        # A call that is over is cleared away a moment later.
        while growth(then, now := await settled(me)) and time.monotonic() < give_up:
            await asyncio.sleep(0.1)
        assert growth(then, now) == {}
        assert now["calls"] == now["unacknowledged"] == 0
