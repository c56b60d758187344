"""What is ordered of the media for no call in particular, with a list in the place of the media."""

import asyncio
from pathlib import Path

import pytest
import soundfile

from devcloud.client.equipment import Equipment
from devcloud.client.sounds import MOST_SOUNDS
from devcloud.media import control
from devcloud.model.errors import BadSound, MediaFailed

HEADSET = control.Device(name="Headset", inputs=1, outputs=2)
PLAIN = control.Processing(noise_suppression=False)


@pytest.fixture
def orders() -> list[control.Order]:
    return []


@pytest.fixture
def equipment(orders: list[control.Order]) -> Equipment:
    made = Equipment(orders.append)
    made.media_up()
    return made


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "ring.wav"
    soundfile.write(path, [0.1] * 4800, 48_000, subtype="PCM_16")
    return path


# ── devices ──────────────────────────────────────────────────────────────────────────────────────


async def test_everybody_who_asks_for_the_devices_is_told(
    equipment: Equipment, orders: list[control.Order]
) -> None:
    asking = [asyncio.create_task(equipment.devices()) for _ in range(2)]
    await asyncio.sleep(0)
    assert orders == [control.ListDevices()] * 2
    equipment.reported(control.Devices(devices=[HEADSET]))
    assert await asyncio.gather(*asking) == [(HEADSET,)] * 2


async def test_why_they_cannot_be_listed(equipment: Equipment) -> None:
    asking = asyncio.create_task(equipment.devices())
    await asyncio.sleep(0)
    equipment.reported(control.Trouble(call="1", code="device_list"))
    equipment.reported(control.Trouble(call="", code="port_2023_taken"))
    assert not asking.done()
    equipment.reported(control.Trouble(call="", code="device_library_missing"))
    with pytest.raises(MediaFailed) as failed:
        await asking
    assert failed.value.code == "device_library_missing"


async def test_asking_outlives_the_media_process(
    equipment: Equipment, orders: list[control.Order]
) -> None:
    asking = asyncio.create_task(equipment.devices())
    await asyncio.sleep(0)
    equipment.media_gone()
    equipment.media_up()
    assert orders == [control.ListDevices()] * 2
    equipment.closed()
    for asked in (asking, equipment.devices()):
        with pytest.raises(MediaFailed) as failed:
            await asked
        assert failed.value.code == "media_ended"


async def test_devices_are_watched_while_somebody_reads(
    equipment: Equipment, orders: list[control.Order]
) -> None:
    told: list[tuple[control.Device, ...]] = []

    async def read() -> None:
        async for devices in equipment.devices_changed():
            told.append(devices)

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    equipment.media_gone()
    equipment.media_up()
    assert orders == [control.WatchDevices(on=True)] * 2
    for devices in ([HEADSET], [HEADSET], []):
        equipment.reported(control.Devices(devices=devices))
        await asyncio.sleep(0)
    assert told == [(HEADSET,), ()]
    equipment.closed()
    await reading


async def test_and_no_longer_than_that(equipment: Equipment, orders: list[control.Order]) -> None:
    reading = equipment.devices_changed()
    first = asyncio.ensure_future(anext(reading))
    await asyncio.sleep(0)
    equipment.reported(control.Devices(devices=[]))
    assert await first == ()
    await reading.aclose()  # type: ignore[attr-defined]
    await asyncio.sleep(0)
    assert orders[-1] == control.WatchDevices(on=False)


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────


def test_a_new_media_process_is_told_what_was_chosen(
    equipment: Equipment, orders: list[control.Order]
) -> None:
    equipment.process(PLAIN)
    equipment.set_gains(6.0, -3.0)
    equipment.media_gone()
    orders.clear()
    equipment.media_up()
    assert orders == [PLAIN, control.Gains(input_db=6.0, output_db=-3.0)]


@pytest.mark.parametrize("gain_db", [-200.0, 90.0, float("nan")])
def test_a_gain_beyond_all_measure_is_brought_within(
    equipment: Equipment, orders: list[control.Order], gain_db: float
) -> None:
    equipment.set_gains(gain_db, 0.0)
    (gains,) = orders
    assert isinstance(gains, control.Gains) and -60 <= gains.input_db <= 30


# ── sounds ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_sound_plays_until_its_end_or_until_it_is_stopped(
    equipment: Equipment, orders: list[control.Order], tone: Path
) -> None:
    once = equipment.sounds.play(tone, device="Headset", gain_db=-6.0)
    ring = orders[0]
    assert isinstance(ring, control.Ring)
    assert (ring.path, ring.device, ring.gain_db, ring.loop) == (str(tone), "Headset", -6.0, False)
    equipment.reported(control.RingEnded(ring=ring.ring))
    await once.ended()
    once.stop()
    assert len(orders) == 1
    again = equipment.sounds.play(tone, loop=True)
    again.stop()
    assert not again.playing
    assert isinstance(orders[-1], control.StopRing)


async def test_what_is_wrong_with_a_sound_is_told(equipment: Equipment, tone: Path) -> None:
    with pytest.raises(BadSound):
        equipment.sounds.play(tone.with_name("missing.wav"))
    handle = equipment.sounds.play(tone)
    equipment.reported(control.RingTrouble(ring="1", code="device_not_found", detail="Headset"))
    assert isinstance(handle.trouble, MediaFailed) and handle.playing
    equipment.reported(control.RingTrouble(ring="1", code="sound_unreadable", detail="x"))
    assert isinstance(handle.trouble, BadSound)
    equipment.reported(control.RingTrouble(ring="77", code="device_gone"))


async def test_too_many_sounds_end_the_oldest(equipment: Equipment, tone: Path) -> None:
    handles = [equipment.sounds.play(tone, loop=True) for _ in range(MOST_SOUNDS + 2)]
    assert [handle.playing for handle in handles] == [False] * 2 + [True] * MOST_SOUNDS


async def test_a_new_media_process_goes_on_with_what_loops(
    equipment: Equipment, orders: list[control.Order], tone: Path
) -> None:
    ringing, tick = equipment.sounds.play(tone, loop=True), equipment.sounds.play(tone)
    first = orders[0]
    equipment.media_gone()
    orders.clear()
    equipment.media_up()
    assert orders == [first]
    assert ringing.playing and not tick.playing
    equipment.closed()
    assert not ringing.playing


# ── the test of a microphone ─────────────────────────────────────────────────────────────────────


async def test_a_test_yields_levels_until_its_end(
    equipment: Equipment, orders: list[control.Order]
) -> None:
    heard: list[float] = []

    async def listen() -> None:
        async for level in equipment.test_microphone("Headset", 2.0, "Speaker"):
            heard.append(level)

    test = asyncio.create_task(listen())
    await asyncio.sleep(0)
    for report in (control.TestLevel(level_dbfs=-20.0), control.TestEnded()):
        equipment.reported(report)
    await test
    assert heard == [-20.0]
    assert orders == [
        control.TestMicrophone(device="Headset", speaker="Speaker", seconds=2.0),
        control.StopTest(),
    ]


async def test_a_device_that_does_not_work_ends_it(equipment: Equipment) -> None:
    test = asyncio.ensure_future(anext(equipment.test_microphone("Headset", 2.0, "")))
    await asyncio.sleep(0)
    with pytest.raises(MediaFailed) as second:
        await anext(equipment.test_microphone("", 1.0, ""))
    assert second.value.code == "device_test_running"
    equipment.reported(control.TestEnded(code="device_not_found", detail="Headset"))
    with pytest.raises(MediaFailed) as failed:
        await test
    assert failed.value.code == "device_not_found"
    assert "Headset" in failed.value.text()


async def test_it_needs_a_media_process(equipment: Equipment) -> None:
    test = asyncio.ensure_future(anext(equipment.test_microphone("", 2.0, "")))
    await asyncio.sleep(0)
    equipment.media_gone()
    for each in (test, anext(equipment.test_microphone("", 1.0, ""))):
        with pytest.raises(MediaFailed) as failed:
            await each
        assert failed.value.code == "media_ended"
    equipment.reported(control.TestLevel(level_dbfs=-20.0))
