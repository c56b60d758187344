"""What the windows want of the core: frozen values (`happenings.py` goes the other way).

What each answers, and how each may fail, is said by the client's own methods.
"""

from dataclasses import dataclass
from pathlib import Path


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
class Search:
    """Have the server look for online people whose name holds `text`; `PeopleAre` has them."""

    text: str


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
    SignIn | SignOut | RetryNow | SetStatus | Watch | Search | PlaceCall | Accept | Decline | HangUp
    | Hold | Mute | AcceptKey | ConfirmWords | ForgetKey | SetAudio | PlaySound | StopSound
    | ListDevices | TestMicrophone | AcceptServerKey
)  # fmt: skip
