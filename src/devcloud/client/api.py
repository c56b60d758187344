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
from devcloud.client.ongoing import CallOver, ClientCall
from devcloud.client.places import default_directory
from devcloud.client.policy import Policy, WarmUp, parse_warm_up
from devcloud.client.session import Session, SignIn
from devcloud.client.signed_in import Client, Connection
from devcloud.client.status import CallStatus
from devcloud.model import ids
from devcloud.model.names import parse_name
from devcloud.model.texts import Language

__all__ = ["CallOver", "CallStatus", "Client", "ClientCall", "Connection", "connect"]


class connect:  # noqa: N801 - read as a verb: `async with devcloud.connect(…) as me`
    """Sign in to a server, and out again at the end of the `async with`.

    `address` is what a person would type or paste; `name` is who one is; `data` is the directory
    with this installation's key (the platform's own by default). An `observer` sees who is there,
    is seen by nobody, and calls nobody. `language` is that of the safety words.

    `warm_up` says when a call connects, muted, while it still rings: `always`, for people whose key
    is `known` (the default), or `never`. It shows one's network addresses to whoever rings.
    `only_encrypted` makes and takes no other calls. `keyring` keeps the key in the platform's key
    store, from now on (it needs the extra `keyring`).

    Raises, on entering:
        BadName, BadSettings: not a name, not an address, not a way to warm up.
        StorageFailed, AlreadyRunning: the data directory.
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
    ) -> None:
        self.name = parse_name(name)
        self._address = parse_address(address)
        self._directory = Path(data) if data is not None else default_directory()
        self._observer = observer
        self._timers = timers
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
            )
            sign_in = SignIn(
                name=self.name, device=device, key=self._data.key(), observer=self._observer
            )
            session = Session(self._address, sign_in, self._data, client.core.listener)
            await client.core.start(session, media=not self._observer)
        except BaseException:
            self._data.release()
            raise
        self._client = client
        return client

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
