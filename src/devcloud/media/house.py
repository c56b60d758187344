"""What core and media process say to each other of no call, or of all: devices, processing, sounds
of the program itself. A part of `control`, by which name everybody knows it.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from devcloud.media.message import ControlMessage, Decibels

# ── orders ───────────────────────────────────────────────────────────────────────────────────────


class Processing(ControlMessage, tag="processing"):
    """What is done to the microphone's sound, for all calls."""

    echo_cancellation: bool = True
    noise_suppression: bool = True
    gain_control: bool = True
    high_pass: bool = True


class ListDevices(ControlMessage, tag="list_devices"):
    """Ask for a `Devices` report."""


class WatchDevices(ControlMessage, tag="watch_devices"):
    """Whether `Devices` is reported by itself whenever they change."""

    on: bool


class Gains(ControlMessage, tag="gains"):
    """How much louder the microphone is sent and what is heard is played, for all calls, in dB.
    What would be beyond full scale is cut off."""

    input_db: Decibels = 0.0
    output_db: Decibels = 0.0


class Ring(ControlMessage, tag="ring"):
    """Play a sound of the program itself, whatever calls there are: at most MOST_RINGS at once, on
    a device by its name (the system's own when empty or missing). Reported with `RingEnded`."""

    ring: str
    path: str
    device: str = ""
    gain_db: Decibels = 0.0
    loop: bool = False


class StopRing(ControlMessage, tag="stop_ring"):
    """Stop it; one that has ended does not mind."""

    ring: str


class TestMicrophone(ControlMessage, tag="test_microphone"):
    """Record a microphone for so long, then play it back. Reported with `TestLevel` and, at its
    end, `TestEnded`."""

    __test__ = False

    device: str = ""
    speaker: str = ""
    seconds: Annotated[float, Meta(gt=0.0, le=30.0)] = 3.0


class StopTest(ControlMessage, tag="stop_test"):
    """End a test, wherever it is."""


# ── reports ──────────────────────────────────────────────────────────────────────────────────────


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A sound device as a person knows it."""

    name: str
    inputs: int
    outputs: int
    is_default_input: bool = False
    is_default_output: bool = False


class Devices(ControlMessage, tag="devices"):
    """The sound devices there are; reported when asked for and whenever they change."""

    devices: list[Device]


class RingTrouble(ControlMessage, tag="ring_trouble"):
    """A ring cannot sound, or not where it should. `code` as in `Trouble`."""

    ring: str
    code: str
    detail: str = ""


class RingEnded(ControlMessage, tag="ring_ended"):
    """A ring has been played to its end, was stopped, or cannot be played."""

    ring: str


class TestLevel(ControlMessage, tag="test_level"):
    """How loud the microphone under test is, or its recording that is played back."""

    __test__ = False

    level_dbfs: float


class TestEnded(ControlMessage, tag="test_ended"):
    """The test is over. `code` (`device_*`) says why it could not be made, or is empty."""

    __test__ = False

    code: str = ""
    detail: str = ""
