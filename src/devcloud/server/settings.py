"""What a server can be told, and its limits. Values only."""

from dataclasses import dataclass, field
from pathlib import Path

from devcloud.directory.buckets import Rate
from devcloud.directory.joining import Join
from devcloud.directory.people import EVERYONE_UP_TO
from devcloud.model.texts import Language
from devcloud.net.oneport import DoorLimits

DEFAULT_PORT = 10_000

SESSION_MESSAGES = Rate(per_second=200, burst=2_000)
ADDRESS_MESSAGES = Rate(per_second=4_000, burst=40_000)
NEW_NAMES = Rate(per_second=1, burst=1_000)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much anyone may ask. Times are in seconds.

    `address_messages` is generous enough for an office behind one address; `new_names` are names
    claimed from one address; `ping_s` of silence is asked about, `silence_s` of it ends a session;
    sessions are looked at every `look_every_s`.
    """

    door: DoorLimits = field(default_factory=DoorLimits)
    session_messages: Rate = SESSION_MESSAGES
    address_messages: Rate = ADDRESS_MESSAGES
    new_names: Rate = NEW_NAMES
    most_connections: int = 20_000
    connections_per_address: int = 5_000
    sign_in_s: float = 10.0
    ping_s: float = 15.0
    silence_s: float = 45.0
    closing_s: float = 2.0
    look_every_s: float = 1.0
    everyone_up_to: int = EVERYONE_UP_TO


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How to run a server. `host` None is all interfaces; port 0 finds a free one.

    `records`: write down who called whom; `metrics_open`: not from this machine alone;
    `behind_proxy`: a proxy in front does TLS and names the client's address; `proxy_certificate`:
    the PEM file of its certificate, to which clients bind their proofs; `legacy_2023`: take clients
    of 2023; `join`: who may claim a new name (None: by where it listens); `certificate` and `key`:
    PEM files of the host's own instead of the one the server makes; `origins`: further addresses
    of its pages, as browsers spell them, the one to give out first; `echo`: have somebody there,
    in a process of their own, whom everybody can call to test their sound.
    """

    data: Path
    host: str | None = None
    port: int = DEFAULT_PORT
    behind_proxy: bool = False
    proxy_certificate: Path | None = None
    records: bool = True
    metrics_open: bool = False
    legacy_2023: bool = True
    join: Join | None = None
    certificate: Path | None = None
    key: Path | None = None
    origins: tuple[str, ...] = ()
    echo: bool = False
    language: Language = Language.ENGLISH
    limits: Limits = field(default_factory=Limits)
