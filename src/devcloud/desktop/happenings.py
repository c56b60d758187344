"""What crosses between the core thread and the windows: frozen values, and nothing else.

A **happening** tells the windows what is new; an **order** tells the core what the person wants.
Both sides import this file and neither imports the other. Each happening has a `place`: of those
that wait for the windows, only the newest of each place is delivered.
"""

from dataclasses import dataclass
from pathlib import Path

from devcloud.call.states import Role, State
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind, EndReason

# ── what happens ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Somebody:
    """A person who is online. `status` is available, busy or do_not_disturb."""

    name: str
    status: str = "available"
    legacy: bool = False
    fingerprint: str = ""
    address: str = ""


@dataclass(frozen=True)
class Pinned:
    """A key that a name has been seen with. `since` in seconds since 1970 (UTC)."""

    name: str
    fingerprint: str
    verified: bool
    since: float


@dataclass(frozen=True)
class SignedIn:
    """The server knows us. `address` is «host:port»."""

    name: str
    address: str
    fingerprint: str
    trouble: DevCloudError | None = None
    """Why calls with programs of 2023 are off, where they should be on."""
    place = "signed_in"


@dataclass(frozen=True)
class LinkIs:
    """The connection came up, or is down and is tried again in `next_try_s`."""

    online: bool
    next_try_s: float | None = None
    place = "link"


@dataclass(frozen=True)
class SignedOut:
    """Nothing goes on any more: `why`, or because the person wanted so."""

    why: DevCloudError | None = None
    place = "signed_out"


@dataclass(frozen=True)
class PeopleAre:
    """Everybody who is online."""

    people: tuple[Somebody, ...]
    place = "people"


@dataclass(frozen=True)
class PinsAre:
    """Every key that is known."""

    pins: tuple[Pinned, ...]
    place = "pins"


@dataclass(frozen=True)
class Measured:
    """How a call sounds, once a second; shares are 0 to 1, times in ms, `mos` 1 to 5."""

    mos: float | None = None
    rtt_ms: float | None = None
    loss: float | None = None
    remote_loss: float | None = None
    jitter_ms: float | None = None
    path: str = ""
    codec: str = ""
    bitrate_bps: float | None = None


@dataclass(frozen=True)
class CallIs:
    """A call at one moment. `words_en` and `words_fr` are the same safety words in each
    language."""

    id: str
    peer: str
    role: Role
    kind: CallKind
    state: State
    reason: EndReason | None = None
    text: str = ""
    muted: bool = False
    held_here: bool = False
    held_there: bool = False
    encrypted: bool = False
    verified: bool = False
    key_changed: bool = False
    words_en: tuple[str, ...] = ()
    words_fr: tuple[str, ...] = ()
    duration_s: float = 0.0
    generation: int = 0
    measured: Measured | None = None
    trouble: DevCloudError | None = None
    previous_id: str = ""
    """The id it had before, when both had called each other at once."""
    ring_s: float = 45.0
    device: str = ""

    @property
    def place(self) -> str:
        """One place a call."""
        return f"call {self.id}"


@dataclass(frozen=True)
class LevelsAre:
    """How loud a call is, in dBFS (0 is full scale, −96 silence)."""

    call: str
    input_dbfs: float
    output_dbfs: float

    @property
    def place(self) -> str:
        """One place a call."""
        return f"levels {self.call}"


@dataclass(frozen=True)
class CallNotice:
    """Something to tell about a call's sound: `code` is of the catalogue's `errors`, or
    `device_changed`."""

    call: str
    code: str
    values: tuple[tuple[str, str | int | float], ...] = ()

    @property
    def place(self) -> str:
        """One place a call and code."""
        return f"notice {self.call} {self.code}"


@dataclass(frozen=True)
class Missed:
    """Somebody rang while nobody could be asked. `at` in seconds since 1970 (UTC)."""

    peer: str
    at: float
    reason: str
    legacy: bool = False

    @property
    def place(self) -> str:
        """Every one counts."""
        return f"missed {self.peer} {self.at}"


@dataclass(frozen=True)
class Warned:
    """Something was refused before it rang, or could not be written down."""

    error: DevCloudError

    @property
    def place(self) -> str:
        """One place a sentence."""
        return f"warned {self.error.code}"


@dataclass(frozen=True)
class DeviceIs:
    """A sound device."""

    name: str
    inputs: int
    outputs: int
    is_default_input: bool = False
    is_default_output: bool = False


@dataclass(frozen=True)
class DevicesAre:
    """Every sound device there is."""

    devices: tuple[DeviceIs, ...]
    place = "devices"


@dataclass(frozen=True)
class TestLevelIs:
    """How loud the microphone under test is, in dBFS."""

    __test__ = False

    level_dbfs: float
    place = "test_level"


Happening = (
    SignedIn | LinkIs | SignedOut | PeopleAre | PinsAre | CallIs | LevelsAre | CallNotice | Missed
    | Warned | DevicesAre | TestLevelIs
)  # fmt: skip


# ── what the person wants ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class SignIn:
    """Sign in. Answers when the server knows us, or fails with why not.

    Its options are those of `devcloud.connect`; a new one replaces the connection there was.
    """

    address: str
    name: str
    data: Path
    language: str
    ring_s: float = 45.0
    legacy_2023: str = "off"
    only_encrypted: bool = False
    warm_up: str = "known"
    status: str = "available"


@dataclass(frozen=True)
class SignOut:
    """Say goodbye and close."""


@dataclass(frozen=True)
class RetryNow:
    """Try the server at once."""


@dataclass(frozen=True)
class SetStatus:
    """What others see: available, busy or do_not_disturb."""

    status: str


@dataclass(frozen=True)
class Watch:
    """Tell the server for whom presence matters although they are in no list."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class PlaceCall:
    """Call somebody. Answers with the call's id."""

    name: str


@dataclass(frozen=True)
class Accept:
    """Take a call."""

    call: str


@dataclass(frozen=True)
class Decline:
    """Say no, perhaps with a word."""

    call: str
    text: str = ""


@dataclass(frozen=True)
class HangUp:
    """End a call."""

    call: str


@dataclass(frozen=True)
class Hold:
    """Put a call on hold, or take it back."""

    call: str
    held: bool


@dataclass(frozen=True)
class Mute:
    """Send silence, or the microphone again."""

    call: str
    muted: bool


@dataclass(frozen=True)
class AcceptKey:
    """The other side's new key is right. Of a call, or of a name before calling."""

    call: str = ""
    name: str = ""
    fingerprint: str = ""


@dataclass(frozen=True)
class ConfirmWords:
    """Whether the safety words are the same on both sides."""

    call: str
    match: bool


@dataclass(frozen=True)
class ForgetKey:
    """As if that name had never been seen."""

    name: str


@dataclass(frozen=True)
class SetAudio:
    """Devices (empty: the system's own), volumes and what is done to the microphone's sound."""

    microphone: str = ""
    speaker: str = ""
    input_gain_db: float = 0.0
    output_gain_db: float = 0.0
    noise_suppression: bool = True
    echo_cancellation: bool = True


@dataclass(frozen=True)
class PlaySound:
    """Play one of the program's sounds. `key` names this playing, for `StopSound`."""

    key: str
    sound: str
    device: str = ""
    gain_db: float = 0.0
    loop: bool = False


@dataclass(frozen=True)
class StopSound:
    """Stop playing. Harmless when it has ended."""

    key: str


@dataclass(frozen=True)
class TestMicrophone:
    """Record so many seconds, then play them back. Answers with the level heard, in dBFS."""

    __test__ = False

    device: str
    seconds: float = 3.0


@dataclass(frozen=True)
class ListDevices:
    """Look which sound devices there are."""


@dataclass(frozen=True)
class AcceptServerKey:
    """The server's new certificate is right; `pin` is its fingerprint, as it was shown."""

    data: Path
    address: str
    pin: str


Order = (
    SignIn | SignOut | RetryNow | SetStatus | Watch | PlaceCall | Accept | Decline | HangUp | Hold
    | Mute | AcceptKey | ConfirmWords | ForgetKey | SetAudio | PlaySound | StopSound | ListDevices
    | TestMicrophone | AcceptServerKey
)  # fmt: skip
