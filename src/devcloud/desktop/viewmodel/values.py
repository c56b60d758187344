"""The frozen values that view-models show and views read: nothing else crosses between them.

Knows no Qt, no client and no clock. Texts in them are ready to show, in the language of the moment.
"""

from dataclasses import dataclass, field
from typing import Literal

Presence = Literal["online", "busy", "dnd", "offline", "unknown"]
LinkState = Literal["offline", "connecting", "online", "reconnecting"]
MyStatus = Literal["available", "do_not_disturb", "offline"]
TrayState = Literal["offline", "connected", "in_call", "missed"]
Page = Literal["connect", "home", "call"]
Tone = Literal["", "success", "warning", "danger"]
"""`success` is green, `warning` amber, `danger` red; empty is neutral."""
Direction = Literal["in", "out", "missed", "declined"]
NoticeKind = Literal["call", "missed", "missed_many", "back", "device"]
Phase = Literal[
    "dialling", "ringing_out", "incoming", "connecting", "active", "held", "reconnecting", "over"
]


@dataclass(frozen=True)
class Me:
    """Who one is on the server. `fingerprint` is empty before the first connection."""

    name: str = ""
    status: MyStatus = "offline"
    fingerprint: str = ""


@dataclass(frozen=True)
class Link:
    """How the connection to the server is. `address` is «host:port», empty before the first."""

    state: LinkState = "offline"
    address: str = ""
    next_try_s: int | None = None


@dataclass(frozen=True)
class Notice:
    """A notification of the platform. `actions` are (key, text); the first is the usual one, which
    a click on the notification itself means. `name` is the person it is about, or empty."""

    kind: NoticeKind
    title: str
    text: str
    actions: tuple[tuple[str, str], ...] = ()
    name: str = ""
    call: str = ""


@dataclass(frozen=True)
class KeyQuestion:
    """The server shows another certificate than before: both fingerprints (SHA-256, in groups)."""

    address: str
    old: str
    new: str
    text: str = ""


@dataclass(frozen=True)
class Banner:
    """What did not work, over the button, and what can be done: `retry` or `show_fingerprint`."""

    text: str
    action_text: str = ""
    action: Literal["", "retry", "show_fingerprint"] = ""


@dataclass(frozen=True)
class ChipInfo:
    """A chip: text, an icon's name (`icons/<icon>.svg`), tone, and what a click explains."""

    text: str
    icon: str
    tone: Tone = ""
    explanation: str = ""


@dataclass(frozen=True)
class CallLine:
    """A call that was, as a line. `icon` is of `icons/`; `length` is empty for an unanswered call.

    `quality` («Good», «4.1») and `rang` («Rang for 12 s») are filled where they are known."""

    icon: str
    title: str
    when: str
    length: str
    missed: bool = False
    quality: str = ""
    rang: str = ""
    id: int = 0


@dataclass(frozen=True)
class Contact:
    """A person's page."""

    name: str
    shown_name: str
    presence: Presence
    presence_text: str
    chips: tuple[ChipInfo, ...] = ()
    address: str = ""
    fingerprint: str = ""
    can_call: bool = False
    offline_watch: Literal["off", "on", "none"] = "none"
    """`none`: they are there, nobody waits for them."""
    muted_calls: bool = False
    legacy: bool = False
    recent: tuple[CallLine, ...] = ()


@dataclass(frozen=True)
class DeviceItem:
    """A microphone or a speaker. The first of each list has an empty id: the system's own."""

    id: str
    text: str


@dataclass(frozen=True)
class Action:
    """A shortcut's action: its key, what it does, and the keys («Ctrl+Shift+M»), or nothing."""

    key: str
    text: str
    keys: str


@dataclass(frozen=True)
class QualityView:
    """How a call sounds, ready to show. `level` is 1 (poor) to 4 (excellent); `rtt_line` has the
    last 60 s of round-trip time in ms, oldest first, None where nothing was measured."""

    word: str
    level: int
    mos_text: str = "–"
    rtt_text: str = "–"
    loss_text: str = "–"
    jitter_text: str = "–"
    path_text: str = "–"
    codec_text: str = "–"
    rtt_line: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class CallView:
    """A call, ready to show. See `CallModel` for what may be done about it."""

    id: str
    name: str
    shown_name: str
    role: Literal["caller", "callee"]
    phase: Phase
    state_text: str = ""
    title: str = ""
    """Of the window: «John – DevCloud»."""
    timer_text: str = ""
    rings_for_s: int = 0
    ring_fraction: float = 0.0
    rings_text: str = ""
    """«Rings for 42 s more», of an incoming call."""
    no_answer_s: int = 0
    no_answer_text: str = ""
    """«No answer in 30 s», of an outgoing call."""
    legacy: bool = False
    encrypted: bool = False
    verified: bool = False
    key_changed: bool = False
    encryption_chip: ChipInfo = field(default_factory=lambda: ChipInfo("", ""))
    identity_chip: ChipInfo = field(default_factory=lambda: ChipInfo("", ""))
    warning_text: str = ""
    warning_tone: Tone = ""
    muted: bool = False
    mic_text: str = ""
    mic_action: str = ""
    """The accessible name of the Mic button: what a press does."""
    push_to_talk: bool = False
    talking: bool = False
    held_here: bool = False
    held_there: bool = False
    can_hold: bool = False
    can_mute: bool = False
    can_talk: bool = False
    """Messages, screen and adding people are for calls that are not of 2023."""
    hint_text: str = ""
    device_text: str = ""
    quality: QualityView | None = None
    weak_banner: str = ""
    words: tuple[str, ...] = ()
    words_language: Literal["fr", "en"] = "en"
    words_done: bool = False
    others_speaking: bool = False
    waiting_choices: bool = False
    silenced: bool = False
    can_call_again: bool = False
    notice_text: str = ""
