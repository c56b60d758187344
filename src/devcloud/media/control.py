"""What the core and its media process say to each other.

Each message is one msgpack map behind a four-byte big-endian length, over the child's standard
input (orders) and output (reports). The first report is `Ready`, whose `version` must be ours.
A closed pipe ends the child.

A call has one **sound** (what it plays, what becomes of what it hears) and, one after another,
**paths** (peer connections), told apart by `generation`: a new path takes over the same sound, so
that a file plays on where it was. Reports of an older generation are of no interest any more.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from devcloud.media.house import (
    Device,
    Devices,
    Gains,
    ListDevices,
    Processing,
    Ring,
    RingEnded,
    RingTrouble,
    StopRing,
    StopTest,
    TestEnded,
    TestLevel,
    TestMicrophone,
    WatchDevices,
)  # fmt: skip
from devcloud.media.message import (
    BLOCK_BYTES,
    BLOCK_SAMPLES,
    MOST_RINGS,
    SAMPLE_RATE,
    ControlMessage,
    bounded_gain,
)  # fmt: skip
from devcloud.wire.signalling.bodies import IceCandidate

__all__ = [
    "BLOCK_BYTES", "BLOCK_SAMPLES", "MOST_RINGS", "SAMPLE_RATE", "Device", "Devices", "Gains",
    "ListDevices", "Processing", "Ring", "RingEnded", "RingTrouble", "StopRing", "StopTest",
    "TestEnded", "TestLevel", "TestMicrophone", "WatchDevices", "bounded_gain",
]  # fmt: skip
"""Said elsewhere, and part of this language; what is below is besides."""

CONTROL_VERSION = 2
LONGEST_FRAME = 1024 * 1024


# ── sources: what the other person hears ─────────────────────────────────────────────────────────


class Silence(ControlMessage, tag="silence"):
    """Nothing."""


class Microphone(ControlMessage, tag="microphone"):
    """A microphone by its name, the system's own when empty."""

    device: str = ""


class SoundFile(ControlMessage, tag="file"):
    """A WAV file from `from_s` seconds on, then silence (or again, with `loop`)."""

    path: str
    from_s: float = 0.0
    loop: bool = False


class Program(ControlMessage, tag="program"):
    """The blocks that `Play` orders bring."""


class Echo(ControlMessage, tag="echo"):
    """What is heard, `delay_s` later."""

    delay_s: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.0


Source = Silence | Microphone | SoundFile | Program | Echo


# ── orders ───────────────────────────────────────────────────────────────────────────────────────


class OpenCall(ControlMessage, tag="open_call"):
    """Make the sound of a call. `stun` are URLs (`stun:host:port`)."""

    call: str
    stun: list[str] = msgspec.field(default_factory=list)


class MakeOffer(ControlMessage, tag="make_offer"):
    """Make a new path and report its offer (`OfferMade`)."""

    call: str
    generation: int


class TakeOffer(ControlMessage, tag="take_offer"):
    """Make a new path from the other side's offer and report the answer (`AnswerMade`)."""

    call: str
    generation: int
    sdp: str


class TakeAnswer(ControlMessage, tag="take_answer"):
    """The other side's answer to `OfferMade`."""

    call: str
    generation: int
    sdp: str


class AddCandidates(ControlMessage, tag="add_candidates"):
    """The other side's candidates; those that come before its description wait for it."""

    call: str
    generation: int
    candidates: list[IceCandidate]


class SetVoice(ControlMessage, tag="set_voice"):
    """Whether the source is sent, and whether what arrives is played, recorded and reported.

    Not sent is digital silence from the next block on; not heard is silence in every sink.
    """

    call: str
    sending: bool
    hearing: bool


class UseSource(ControlMessage, tag="use_source"):
    """What the other person hears from now on."""

    call: str
    source: Source


class UseSpeaker(ControlMessage, tag="use_speaker"):
    """Play what is heard on a device by its name (the system's own when empty), or no longer."""

    call: str
    on: bool
    device: str = ""


class Record(ControlMessage, tag="record"):
    """Write what is heard to a WAV file (16 bit, 48 kHz, mono); an empty path stops and closes.

    `append` goes on with a file that an earlier media process left.
    """

    call: str
    path: str
    append: bool = False


class ReportVoice(ControlMessage, tag="report_voice"):
    """Whether what is heard is reported in `Heard` blocks."""

    call: str
    on: bool


class Play(ControlMessage, tag="play"):
    """Blocks for a `Program` source: a whole number of 10 ms blocks. At most 1 s waits; what
    would be beyond that is refused with `Trouble(code="play_overrun")`."""

    call: str
    pcm: bytes


class CloseCall(ControlMessage, tag="close_call"):
    """End the path and the sound; recordings are closed. Reported with `CallClosed`."""

    call: str


class Listen2023(ControlMessage, tag="listen_2023"):
    """Take UDP `port` at `address` for calls with programs of 2023 (`Listening2023`, or `Trouble`
    with `port_2023_taken`, `address_2023_not_here`); an empty address lets it go."""

    address: str
    port: int = 5001


class Send2023(ControlMessage, tag="send_2023"):
    """Send a datagram to an address."""

    data: bytes
    to: str


class Talk2023(ControlMessage, tag="talk_2023"):
    """Make a new path: voice of 2023, to and from `address`. Reported with `PathChanged`. Not
    `speaking`, it hears only; the same order with `speaking` lets voice go out, too, and is
    reported again."""

    call: str
    generation: int
    address: str
    speaking: bool = True


class ReportLevels(ControlMessage, tag="report_levels"):
    """Whether `Levels` of this call are reported."""

    call: str
    on: bool


class Quit(ControlMessage, tag="quit"):
    """Close every call and end."""


Order = (
    Processing | OpenCall | MakeOffer | TakeOffer | TakeAnswer | AddCandidates | SetVoice
    | UseSource | UseSpeaker | Record | ReportVoice | Play | CloseCall | ListDevices | Quit
    | Listen2023 | Send2023 | Talk2023
    | WatchDevices | Gains | ReportLevels | Ring | StopRing | TestMicrophone | StopTest
)  # fmt: skip


# ── reports ──────────────────────────────────────────────────────────────────────────────────────


class Ready(ControlMessage, tag="ready"):
    """The process is up. `engine` names the media engine and its version."""

    version: int
    engine: str


class OfferMade(ControlMessage, tag="offer_made"):
    """The offer of a new path."""

    call: str
    generation: int
    sdp: str


class AnswerMade(ControlMessage, tag="answer_made"):
    """The answer to the other side's offer."""

    call: str
    generation: int
    sdp: str


class CandidatesFound(ControlMessage, tag="candidates_found"):
    """Ways to reach this side, found since the last report."""

    call: str
    generation: int
    candidates: list[IceCandidate]


class PathState(StrEnum):
    """How a path is. `FAILED` is for good."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"


class PathChanged(ControlMessage, tag="path_changed"):
    """A path came up, wavers, or is lost."""

    call: str
    generation: int
    state: PathState


class FirstVoice(ControlMessage, tag="first_voice"):
    """The first block of sound of this path that was not silence has been heard."""

    call: str
    generation: int


class Quality(ControlMessage, tag="quality"):
    """How a call is, once a second. None where nothing has been measured yet.

    Levels are RMS over the last second in dBFS (0 is full scale, −96 is silence). `loss` is the
    share (0 to 1) of packets that did not arrive here over the last 10 s, `remote_loss` the
    other side's. `mos` is `quality.mos`'s estimate. `path` is `direct`, or `relayed`.
    """

    call: str
    generation: int
    rtt_ms: float | None = None
    loss: float | None = None
    remote_loss: float | None = None
    jitter_ms: float | None = None
    jitter_buffer_ms: float | None = None
    bitrate_in_bps: float | None = None
    bitrate_out_bps: float | None = None
    codec: str = ""
    path: str = ""
    mos: float | None = None
    input_level_dbfs: float = -96.0
    output_level_dbfs: float = -96.0


class SourceEnded(ControlMessage, tag="source_ended"):
    """A `SoundFile` has been played to its end, or cannot be played."""

    call: str


class SourceAt(ControlMessage, tag="source_at"):
    """How far a `SoundFile` is, once a second: what to go on from after a restart."""

    call: str
    at_s: float


class Heard(ControlMessage, tag="heard"):
    """What was heard: a whole number of 10 ms blocks, after `ReportVoice`."""

    call: str
    pcm: bytes


class Listening2023(ControlMessage, tag="listening_2023"):
    """The port of 2023 calls is ours."""

    address: str
    port: int


class Came2023(ControlMessage, tag="came_2023"):
    """A datagram came to it, voice or not; at most a few hundred a second."""

    data: bytes
    source: str


class CallClosed(ControlMessage, tag="call_closed"):
    """A call's path and sound are gone and its recording is complete."""

    call: str


class Trouble(ControlMessage, tag="trouble"):
    """Something did not work. `code` is of the catalogue's `errors` (`sound_*`, `device_*`,
    `recording_*`, `path_*`); `detail` fills its sentence. `fatal` when the call cannot go on."""

    call: str
    code: str
    detail: str = ""
    fatal: bool = False


class DeviceKind(StrEnum):
    """Which way a device works."""

    INPUT = "input"
    OUTPUT = "output"


class DeviceUsed(ControlMessage, tag="device_used"):
    """The device that this call's microphone or speaker is now; empty where there is none."""

    call: str
    kind: DeviceKind
    device: str


class Levels(ControlMessage, tag="levels"):
    """RMS over the last 50 ms in dBFS (−96 is silence): of the source, before it is muted, and of
    what is heard. Of those nobody has read, the newest replaces the one before."""

    call: str
    input_dbfs: float
    output_dbfs: float


Report = (
    Ready | OfferMade | AnswerMade | CandidatesFound | PathChanged | FirstVoice | Quality
    | SourceEnded | SourceAt | Heard | CallClosed | Trouble | Devices
    | Listening2023 | Came2023
    | DeviceUsed | Levels | RingTrouble | RingEnded | TestLevel | TestEnded
)  # fmt: skip
