"""What is ordered of the media for a call's sound, with a list in the place of the media."""

import asyncio
from pathlib import Path

import pytest
import soundfile

from devcloud.client.audio import CallAudio
from devcloud.client.equipment import AudioDefaults
from devcloud.client.notices import Levels
from devcloud.media import control
from devcloud.media.control import (
    BLOCK_BYTES,
    Echo,
    Heard,
    Microphone,
    Order,
    Play,
    Program,
    Record,
    ReportLevels,
    ReportVoice,
    Silence,
    SoundFile,
    SourceAt,
    SourceEnded,
    UseSource,
    UseSpeaker,
)
from devcloud.model.errors import BadSound

CALL = "call-1"


@pytest.fixture
def orders() -> list[Order]:
    return []


@pytest.fixture
def audio(orders: list[Order]) -> CallAudio:
    return CallAudio(CALL, orders.append)


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "a.wav", [0.1] * 480, 48_000)
    return tmp_path / "a.wav"


def use(source: control.Source, call: str = CALL) -> UseSource:
    return UseSource(call=call, source=source)


async def test_what_is_chosen_before_the_media_is_open_is_ordered_then(
    audio: CallAudio, orders: list[Order], tmp_path: Path
) -> None:
    audio.microphone("Webcam")
    audio.speaker("Headset")
    audio.record(tmp_path / "heard.wav")
    assert orders == []
    audio.opened(CALL)
    assert orders == [
        use(Microphone(device="Webcam")),
        UseSpeaker(call=CALL, on=True, device="Headset"),
        Record(call=CALL, path=str(tmp_path / "heard.wav"), append=False),
    ]


async def test_a_new_media_process_goes_on_with_everything(
    audio: CallAudio, orders: list[Order], wav: Path, tmp_path: Path
) -> None:
    audio.opened(CALL)
    audio.play(wav, loop=True)
    audio.record(tmp_path / "heard.wav")
    audio.reported(SourceAt(call=CALL, at_s=3.5))
    orders.clear()
    audio.opened(CALL)
    assert orders == [
        use(SoundFile(path=str(wav), from_s=3.5, loop=True)),
        Record(call=CALL, path=str(tmp_path / "heard.wav"), append=True),
    ]


async def test_a_call_that_became_another_is_ordered_under_its_new_name(
    audio: CallAudio, orders: list[Order]
) -> None:
    audio.echo(0.5)
    audio.opened(CALL)
    audio.opened("call-2")
    assert orders == [use(Echo(delay_s=0.5)), use(Echo(delay_s=0.5), "call-2")]
    audio.silence()
    assert orders[-1] == use(Silence(), "call-2")


async def test_a_file_that_has_ended_is_not_played_again(
    audio: CallAudio, orders: list[Order], wav: Path
) -> None:
    audio.opened(CALL)
    audio.play(wav)
    playing = asyncio.ensure_future(audio.played())
    await asyncio.sleep(0)
    assert not playing.done()
    audio.reported(SourceEnded(call=CALL))
    await playing
    orders.clear()
    audio.opened(CALL)
    assert orders == [use(Silence())]


async def test_whoever_waits_for_a_file_is_not_forgotten(audio: CallAudio, wav: Path) -> None:
    for end in (audio.silence, audio.closed):
        audio.play(wav)
        playing = asyncio.ensure_future(audio.played())
        await asyncio.sleep(0)
        end()
        await playing
    # Nothing is playing, and after the end nothing will be.
    await audio.played()
    audio.play(wav)
    await audio.played()


async def test_a_recording_is_begun_and_ended(
    audio: CallAudio, orders: list[Order], tmp_path: Path
) -> None:
    audio.opened(CALL)
    orders.clear()
    audio.record(tmp_path / "one.wav")
    audio.record(None)
    audio.record(tmp_path / "two.wav")
    assert [(o.path, o.append) for o in orders if isinstance(o, Record)] == [
        (str(tmp_path / "one.wav"), False),
        ("", False),
        (str(tmp_path / "two.wav"), False),
    ]
    for nowhere in (tmp_path, tmp_path / "no" / "where.wav"):
        with pytest.raises(BadSound) as bad:
            audio.record(nowhere)
        assert bad.value.code == "recording_not_writable"


async def test_a_speaker_on_and_off(audio: CallAudio, orders: list[Order]) -> None:
    audio.opened(CALL)
    audio.speaker()
    audio.speaker(on=False)
    assert orders[1:] == [UseSpeaker(call=CALL, on=True), UseSpeaker(call=CALL, on=False)]
    orders.clear()
    audio.opened(CALL)
    assert orders == [use(Silence())]


async def test_blocks_are_reported_while_somebody_reads(
    audio: CallAudio, orders: list[Order]
) -> None:
    audio.opened(CALL)
    orders.clear()
    one, other = audio.blocks(), audio.blocks()
    reading = [asyncio.ensure_future(anext(reader)) for reader in (one, other)]
    await asyncio.sleep(0)
    audio.reported(Heard(call=CALL, pcm=b"a" * BLOCK_BYTES + b"b" * BLOCK_BYTES))
    assert [await read for read in reading] == [b"a" * BLOCK_BYTES] * 2
    assert await anext(one) == b"b" * BLOCK_BYTES
    await one.aclose()
    assert ReportVoice(call=CALL, on=False) not in orders
    await other.aclose()
    assert orders[0] == ReportVoice(call=CALL, on=True)
    assert orders[-1] == ReportVoice(call=CALL, on=False)


async def test_what_nobody_takes_out_is_forgotten_the_oldest_first(audio: CallAudio) -> None:
    reader = audio.blocks()
    reading = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    for number in range(300):
        audio.reported(Heard(call=CALL, pcm=number.to_bytes(2, "little") * 480))
    audio.closed()
    heard = [await reading, *[block async for block in reader]]
    assert [int.from_bytes(block[:2], "little") for block in heard] == list(range(100, 300))


async def test_writing_is_paced_by_the_clock(audio: CallAudio, orders: list[Order]) -> None:
    audio.opened(CALL)
    orders.clear()
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(4):
        await audio.write(bytes(10 * BLOCK_BYTES))
    assert orders[0] == use(Program())
    assert sum(isinstance(order, Play) for order in orders) == 4
    # 400 ms of sound, of which 100 ms may be ahead of the clock.
    assert loop.time() - began >= 0.29


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, 101 * BLOCK_BYTES])
async def test_blocks_of_another_size_are_refused(audio: CallAudio, size: int) -> None:
    with pytest.raises(BadSound) as bad:
        await audio.write(bytes(size))
    assert bad.value.code == "sound_block_size"


async def test_a_file_that_is_none_changes_nothing(
    audio: CallAudio, orders: list[Order], tmp_path: Path
) -> None:
    audio.opened(CALL)
    orders.clear()
    (tmp_path / "text.wav").write_text("no sound")
    for path, code in ((tmp_path / "text.wav", "sound_not_wav"), ("none", "sound_not_found")):
        with pytest.raises(BadSound) as bad:
            audio.play(path)
        assert bad.value.code == code
    assert orders == []


# ── defaults and levels ──────────────────────────────────────────────────────────────────────────


DEFAULTS = AudioDefaults("Headset", "Speaker")


def test_defaults_hold_where_nothing_was_chosen(audio: CallAudio, orders: list[Order]) -> None:
    audio.opened(CALL)
    orders.clear()
    audio.use_defaults(DEFAULTS, takes_part=False)
    assert orders == []
    audio.use_defaults(DEFAULTS, takes_part=True)
    audio.use_defaults(DEFAULTS, takes_part=True)
    assert orders == [
        UseSource(call=CALL, source=Microphone(device="Headset")),
        UseSpeaker(call=CALL, on=True, device="Speaker"),
    ]
    orders.clear()
    audio.use_defaults(AudioDefaults("Headset", "Other"), takes_part=True)
    assert orders == [UseSpeaker(call=CALL, on=True, device="Other")]
    # A new media process hears of them, too.
    orders.clear()
    audio.opened(CALL)
    assert orders == [
        UseSource(call=CALL, source=Microphone(device="Headset")),
        UseSpeaker(call=CALL, on=True, device="Other"),
    ]


def test_they_change_nothing_that_was_chosen(audio: CallAudio, orders: list[Order]) -> None:
    audio.silence()
    audio.speaker(on=False)
    audio.use_defaults(DEFAULTS, takes_part=True)
    audio.opened(CALL)
    assert orders == [UseSource(call=CALL, source=Silence())]
    audio.use_defaults(None, takes_part=True)
    assert len(orders) == 1


async def test_levels_are_asked_for_while_somebody_reads(
    audio: CallAudio, orders: list[Order]
) -> None:
    audio.opened(CALL)
    reading = audio.levels()
    first = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    assert orders[-1] == ReportLevels(call=CALL, on=True)
    for level in (-30.0, -20.0):
        audio.reported(control.Levels(call=CALL, input_dbfs=level, output_dbfs=-40.0))
    assert await first == Levels(-20.0, -40.0)
    # Another media process is asked, too.
    audio.opened(CALL)
    assert orders[-1] == ReportLevels(call=CALL, on=True)
    second = asyncio.ensure_future(anext(reading, None))
    audio.closed()
    assert await second is None
