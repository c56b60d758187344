"""What the core tells the windows: frozen values, and nothing else crosses (`orders.py` goes the
other way). Both sides import this file and neither imports the other.

Each happening has a `place`: of those that wait for the windows, only the newest of each place is
delivered.
"""

from dataclasses import dataclass

from devcloud.call.states import Role, State
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallKind, EndReason


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
    answered: bool = False
    """Whether it was accepted; a call that is over does not say so by its state."""
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
