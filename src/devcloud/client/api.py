"""What programs use: `connect`, and what it gives.

async with devcloud.connect("wss://host:10000", name="Marc") as me:
    async for people in me.people(): …
    call = await me.call("John")
    async for call in me.incoming(): await call.accept()
"""

import os
from pathlib import Path
from types import TracebackType

from devcloud.call.states import Timers
from devcloud.client.address import parse_address
from devcloud.client.datadir import DataDirectory
from devcloud.client.equipment import AudioDefaults
from devcloud.client.missed import MissedCall
from devcloud.client.notices import DeviceChanged, DeviceFailed, Levels, NoMicrophone
from devcloud.client.ongoing import CallOver, ClientCall
from devcloud.client.places import default_directory
from devcloud.client.policy import Policy, WarmUp, parse_warm_up
from devcloud.client.port2023 import Mode2023, parse_mode_2023
from devcloud.client.session import Session, SignIn
from devcloud.client.session2023 import Session2023, parse_address_2023
from devcloud.client.signed_in import Client, Connection
from devcloud.client.sound_check import SoundCheck
from devcloud.client.sounds import SoundHandle, Sounds
from devcloud.client.status import CallStatus
from devcloud.client.whereabouts import AnySession
from devcloud.media.control import DeviceKind, Processing
from devcloud.model import ids
from devcloud.model.errors import BadSettings
from devcloud.model.names import parse_name
from devcloud.model.presence import Status
from devcloud.model.texts import Language

__all__ = [
    "AudioDefaults",
    "CallOver",
    "CallStatus",
    "Client",
    "ClientCall",
    "Connection",
    "DeviceChanged",
    "DeviceFailed",
    "DeviceKind",
    "Levels",
    "MissedCall",
    "NoMicrophone",
    "Processing",
    "SoundCheck",
    "SoundHandle",
    "Sounds",
    "Status",
    "connect",
]  # fmt: skip

RING_S = Timers().ring
LONGEST_RING_S = 120.0
"""The server gives a call up that nobody has answered for so long."""


class connect:  # noqa: N801 - read as a verb: `async with devcloud.connect(…) as me`
    """Sign in to a server, and out again at the end of the `async with`.

    `address` is what a person would type or paste; `name` is who one is; `data` is the directory
    with this installation's key (the platform's own by default). An `observer` sees who is there,
    is seen by nobody, and calls nobody. `language` is that of the safety words.

    `warm_up` says when a call connects, muted, while it still rings: `always`, for people whose key
    is `known` (the default), or `never`. It shows one's network addresses to whoever rings.
    `only_encrypted` makes and takes no other calls. `keyring` keeps the key in the platform's key
    store, from now on (it needs the extra `keyring`).

    With `call_waiting`, others may call while one talks: `ClientCall.accept` then puts the present
    call on hold, and whichever is taken back holds the rest; without it they hear that one is busy.
    A call that nobody takes rings for `ring_s` seconds; `timers`, where given, says that and more.

    `legacy_2023` says which calls with programs of 2023, which are never encrypted, there may be:
    none (`off`, the default); `out`, to call them; `on`, to be called as well, which takes UDP port
    5001 for as long as one is signed in (where that is impossible, `Client.off_2023` says why, and
    the rest works); `only`: the server is one of 2023, too, spoken to without a key, and `address`
    is an IP address, and perhaps a port.

    Raises, on entering:
        BadName, BadSettings: not a name, not an address, not a way to warm up, `ring_invalid`.
        StorageFailed, AlreadyRunning: the data directory; with `only`, `port_2023_taken`.
        Unreachable, Refused: the server.
        MediaFailed: the media process does not start.
    """

    def __init__(
        self,
        address: str,
        *,
        name: str,
        data: str | Path | None = None,
        observer: bool = False,
        timers: Timers | None = None,
        language: Language = Language.ENGLISH,
        warm_up: str = WarmUp.KNOWN,
        only_encrypted: bool = False,
        keyring: bool = False,
        legacy_2023: str = Mode2023.OFF,
        call_waiting: bool = False,
        ring_s: float = RING_S,
    ) -> None:
        self.name = parse_name(name)
        self._mode = parse_mode_2023(legacy_2023)
        only_2023 = self._mode is Mode2023.ONLY
        if only_2023 and observer:
            raise BadSettings("people_unlisted_2023")
        self._address = parse_address_2023(address) if only_2023 else parse_address(address)
        self._directory = Path(data) if data is not None else default_directory()
        self._observer = observer
        if not 1.0 <= ring_s <= LONGEST_RING_S:
            raise BadSettings("ring_invalid", seconds=ring_s, most=LONGEST_RING_S)
        self._timers = timers or Timers(ring=ring_s)
        self._call_waiting = call_waiting
        self._language = language
        self._policy = Policy(warm_up=parse_warm_up(warm_up), only_encrypted=only_encrypted)
        self._keyring = keyring
        self._data: DataDirectory | None = None
        self._client: Client | None = None

    async def __aenter__(self) -> Client:
        self._data = DataDirectory(self._directory, keyring=self._keyring)
        if not self._observer:
            self._data.lock(self.name)
        try:
            device = ids.device_id(os.urandom(ids.DEVICE_ID_BYTES))
            client = Client(
                self.name,
                self._address,
                device,
                self._data,
                timers=self._timers,
                language=self._language,
                policy=self._policy,
                observer=self._observer,
                mode_2023=self._mode,
                call_waiting=self._call_waiting,
            )
            session = self._session(client, device, self._data)
            await client.core.start(session, media=not self._observer)
        except BaseException:
            self._data.release()
            raise
        self._client = client
        return client

    def _session(self, client: Client, device: str, data: DataDirectory) -> AnySession:
        listener = client.core.listener
        if self._mode is Mode2023.ONLY:
            return Session2023(self._address, self.name, listener)
        sign_in = SignIn(name=self.name, device=device, key=data.key(), observer=self._observer)
        return Session(self._address, sign_in, data, listener)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._client is not None and self._data is not None
        self._client.closed()
        try:
            await self._client.core.stop()
        finally:
            self._data.release()
