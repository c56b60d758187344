"""Where people are: whom one is about to call, and who calls by 2023. From the list of who is there
where that is enough, otherwise asked of the server, of today or of 2023.

Decides nothing about calls.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable

from devcloud.client.actions import Locate
from devcloud.client.people import People
from devcloud.client.port2023 import Mode2023, Port2023
from devcloud.client.search import MOST_FOUND, Search
from devcloud.client.session import Session
from devcloud.client.session2023 import Session2023
from devcloud.model.errors import LocalError, Refused, Unreachable
from devcloud.model.names import fold_name
from devcloud.model.presence import Person
from devcloud.model.records import CallKind
from devcloud.net.tasks import Tasks
from devcloud.wire.signalling.messages import Presence, Watch

MOST_ASKED_PER_S = 4
"""How often the server is asked on behalf of strangers, who can write any name."""

AnySession = Session | Session2023


class Whereabouts:
    """The people of one client. `session` gives the present connection, whose answers come with
    `received`; `require_allowed` raises Untrusted where nobody wants to call somebody by 2023."""

    def __init__(
        self,
        people: People,
        mode: Mode2023,
        port: Port2023,
        *,
        session: Callable[[], AnySession | None],
        require_allowed: Callable[[str], None],
        tasks: Tasks,
    ) -> None:
        self._people = people
        self._mode = mode
        self._port = port
        self._session = session
        self._require_allowed = require_allowed
        self._tasks = tasks
        self._search = Search(self._send)
        self._asked_at: deque[float] = deque(maxlen=MOST_ASKED_PER_S)

    async def hold_port(self, session: AnySession, me: str) -> None:
        """Take the port of 2023 calls where it is wanted from the beginning. From then on others
        can call.

        Raises:
            LocalError: as `Port2023.hold`, where there is no other way to call anybody; otherwise
                `Port2023.trouble` says why it is not held.
        """
        if self._mode not in (Mode2023.ON, Mode2023.ONLY):
            return
        try:
            await self._port.hold(session.local_address)
        except LocalError:
            if self._mode is Mode2023.ONLY:
                raise
        else:
            # Once this is answered, the server tells others that they can call.
            await self._find(me)

    async def reach(self, peer: str) -> Person | None:
        """Return what is known of somebody who is about to be called. People of 2023 are asked for
        anew, and the port is taken for them.

        Raises:
            Refused: `recipient_unknown`, by a server of 2023.
            Unreachable: `server_2023_gone`.
            LocalError: as `Port2023.hold`.
            Untrusted: `call_not_encrypted`, `encryption_lost`.
        """
        session = self._session()
        if isinstance(session, Session2023):
            self._require_allowed(peer)
            return await self._reach_by_2023(session, peer)
        # Who has only just come is not in the list yet.
        person = self._people.find(peer) or await self._find(peer)
        if person is None or person.kind is CallKind.DEVCLOUD or session is None:
            return person
        self._require_allowed(peer)
        if self._mode is Mode2023.OFF:
            raise LocalError("port_2023_closed")
        await self._port.hold(session.local_address)
        # The callee asks the server where we are: with this answer, it tells them. Whoever has
        # gone meanwhile is nobody to the call, too.
        return await self._find(peer)

    async def _reach_by_2023(self, session: Session2023, peer: str) -> Person:
        address = session.local_address
        if not address:
            raise Unreachable("server_2023_gone")
        await self._port.hold(address)
        person = await session.find(peer)
        if person is None:
            raise Refused("recipient_unknown", name=peer)
        return person

    def locate(self, asked: Locate, tell: Callable[[str | None], None]) -> None:
        """Tell, now or soon, where somebody is who calls by 2023, or that they are nowhere."""
        person = self._people.find(asked.caller)
        if person is not None and person.address == asked.source:
            tell(person.address)
            return
        now = time.monotonic()
        if len(self._asked_at) == MOST_ASKED_PER_S and now - self._asked_at[0] < 1.0:
            tell(None)
            return
        self._asked_at.append(now)
        self._tasks.spawn(self._ask(asked.caller, tell), name="locate")

    async def _ask(self, name: str, tell: Callable[[str | None], None]) -> None:
        person = await self._find(name)
        tell(person.address if person else None)

    async def _find(self, name: str) -> Person | None:
        """Ask the server; without a connection nobody is found."""
        session = self._session()
        if isinstance(session, Session2023):
            return await session.find(name)
        if session is None or not session.local_address:
            return None
        return await self._search.find(name)

    def watch(self, names: Iterable[str]) -> None:
        """Be told of these people, too, where the server does not tell of everybody."""
        self._search.watch(names)
        self._keep_watched()

    async def search(self, text: str) -> tuple[Person, ...]:
        """Return those whose name holds `text`: see `Client.search`."""
        if not text.strip():
            return ()
        if self._people.everyone_told:
            return self._people.search(text, MOST_FOUND)
        session = self._session()
        if session is None or not session.local_address:
            return ()
        found = await self._search.search(text)
        self._keep_watched()
        return found

    def _keep_watched(self) -> None:
        if not self._people.everyone_told:
            self._people.keep_only({fold_name(name) for name in self._search.names})

    def welcomed(self) -> None:
        """There is a connection, to which nothing has been said yet."""
        if not self._people.everyone_told:
            self._search.say_watched()

    def received(self, presence: Presence) -> None:
        """The server has said who came and went, or answers."""
        self._search.received(presence)

    def lost(self) -> None:
        """The connection is gone, and with it all answers."""
        self._search.lost()

    def _send(self, message: Watch) -> None:
        session = self._session()
        if session is not None:
            session.send(message)
