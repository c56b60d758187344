"""Asking the server for people, and holding the port of 2023 calls: with a server and a media
process that the test plays."""

import asyncio

import pytest

from devcloud.call.line import Line
from devcloud.call.states import Timers
from devcloud.client.calls2023 import Calls2023
from devcloud.client.people import People
from devcloud.client.port2023 import Mode2023, Port2023
from devcloud.client.search import MOST_AT_ONCE, Search
from devcloud.client.whereabouts import Whereabouts
from devcloud.media import control
from devcloud.model.errors import AlreadyRunning, BadSettings, LocalError
from devcloud.model.presence import Person
from devcloud.net.tasks import Tasks
from devcloud.wire.signalling.messages import MOST_WATCHED, Presence, Watch, Welcome

JOHN, JOHANNA = Person(name="John"), Person(name="Johanna")


@pytest.fixture
def sent() -> list[Watch]:
    return []


async def test_answers_come_in_the_order_of_the_questions(sent: list[Watch]) -> None:
    search = Search(sent.append)
    asking = [asyncio.create_task(search.find(name)) for name in ("john", "Nobody", "Johanna")]
    await asyncio.sleep(0)
    assert [watch.search for watch in sent] == ["john", "Nobody", "Johanna"]
    search.received(Presence(people=[JOHANNA]))  # somebody has come: that answers nothing
    search.received(Presence(people=[JOHN], found=[JOHANNA, JOHN]))
    search.received(Presence(found=[]))
    search.received(Presence(found=[JOHANNA]))
    search.received(Presence(found=[JOHN]))
    assert await asyncio.gather(*asking) == [JOHN, None, JOHANNA]


async def test_a_lost_connection_answers_everybody(sent: list[Watch]) -> None:
    search = Search(sent.append)
    asking = [asyncio.create_task(search.find("John")) for _ in range(MOST_AT_ONCE + 1)]
    await asyncio.sleep(0)
    search.lost()
    assert await asyncio.gather(*asking) == [None] * (MOST_AT_ONCE + 1)
    assert len(sent) == MOST_AT_ONCE


class Holding:
    """A port, its orders, and how often others were told of a change."""

    def __init__(self) -> None:
        line = Line("Marc", Timers())
        self.calls = Calls2023(
            "Marc",
            line,
            out=lambda _action: None,
            carry_out=lambda _outputs, _now: None,
            require_allowed=lambda _peer: None,
        )
        self.orders: list[control.Order] = []
        self.told: list[bool] = []
        self.port = Port2023(
            self.calls, self.orders.append, lambda: self.told.append(self.port.held)
        )

    async def hold(self, *reports: control.Report) -> None:
        holding = asyncio.create_task(self.port.hold("10.0.0.1"))
        await asyncio.sleep(0)
        for report in reports:
            self.port.reported(report)
        await holding


LISTENING = control.Listening2023(address="10.0.0.1", port=5001)


async def test_the_port_is_held_once_and_again_after_the_media_process_died() -> None:
    holding = Holding()
    await holding.hold(LISTENING)
    await holding.port.hold("10.0.0.1")
    assert holding.orders == [control.Listen2023(address="10.0.0.1")]
    holding.port.media_gone()
    holding.port.media_back()
    holding.port.reported(LISTENING)
    assert holding.orders == [control.Listen2023(address="10.0.0.1")] * 2
    assert holding.told == [True, False, True]


async def test_the_port_follows_the_machine() -> None:
    holding = Holding()
    holding.port.moved("10.0.0.9")
    assert holding.orders == []
    await holding.hold(LISTENING)
    holding.port.moved("10.0.0.1")
    holding.port.moved("10.0.0.9")
    assert holding.orders[1:] == [control.Listen2023(address="10.0.0.9")]
    assert not holding.port.held


@pytest.mark.parametrize(
    ("code", "error"),
    [("port_2023_taken", AlreadyRunning), ("address_2023_not_here", BadSettings)],
)
async def test_the_port_cannot_be_had_now_and_can_later(code: str, error: type[LocalError]) -> None:
    holding = Holding()
    with pytest.raises(error) as raised:
        await holding.hold(control.Trouble(call="", code=code, detail="5001"))
    assert raised.value is holding.port.trouble
    assert raised.value.code == code
    await holding.hold(LISTENING)
    assert holding.port.trouble is None
    assert holding.calls.open


async def test_without_a_connection_there_is_no_address_to_hold_it_at() -> None:
    with pytest.raises(LocalError) as raised:
        await Holding().port.hold("")
    assert raised.value.code == "port_2023_closed"


# ── a server with too many people ────────────────────────────────────────────────────────────────


async def ask(search: Search, text: str, *found: Person) -> tuple[Person, ...]:
    asking = asyncio.create_task(search.search(text))
    await asyncio.sleep(0)
    search.received(Presence(found=list(found)))
    return await asking


async def test_contacts_and_those_who_were_found_are_watched(sent: list[Watch]) -> None:
    search = Search(sent.append)
    search.watch(["John", "Atelier"])
    assert await ask(search, "joha", JOHANNA) == (JOHANNA,)
    assert [(watch.names, watch.search) for watch in sent] == [
        (["John", "Atelier"], ""),
        (["John", "Atelier"], "joha"),
        (["John", "Atelier", "Johanna"], ""),
    ]
    # Asking for one person leaves all of them watched.
    asking = asyncio.create_task(search.find("Support"))
    await asyncio.sleep(0)
    search.received(Presence(found=[]))
    assert await asking is None
    assert sent[-1].names == ["Support", "John", "Atelier", "Johanna"]
    # The next search takes the place of the last; somebody watched twice is one person.
    await ask(search, "jo", JOHN)
    assert search.names == ["John", "Atelier"]


async def test_no_more_are_watched_than_the_server_takes(sent: list[Watch]) -> None:
    search = Search(sent.append)
    search.watch(f"Salle {number}" for number in range(2 * MOST_WATCHED))
    assert len(sent[0].names) == MOST_WATCHED
    await ask(search, "jo", JOHN)
    assert len(sent[-1].names) == MOST_WATCHED


class Server:
    """A connection on which everything is written down."""

    local_address = "192.0.2.1"

    def __init__(self) -> None:
        self.sent: list[Watch] = []

    def send(self, message: Watch) -> None:
        self.sent.append(message)


def whereabouts(people: People, server: Server | None, tasks: Tasks) -> Whereabouts:
    return Whereabouts(
        people,
        Mode2023.OFF,
        Holding().port,
        session=lambda: server,  # type: ignore[arg-type, return-value]
        require_allowed=lambda _: None,
        tasks=tasks,
    )


def crowd(*people: Person, everyone: bool) -> People:
    told = People()
    told.welcomed(
        Welcome(name="Marc", server="", people=list(people), everyone=everyone, silence_s=45.0)
    )
    return told


async def test_where_everybody_is_told_of_the_server_is_not_asked() -> None:
    server = Server()
    async with Tasks("test") as tasks:
        at = whereabouts(crowd(JOHN, JOHANNA, everyone=True), server, tasks)
        at.welcomed()
        assert await at.search("jo") == (JOHANNA, JOHN)
        assert await at.search("  ") == ()
        at.watch(["Support"])
    assert [watch.names for watch in server.sent] == [["Support"]]


async def test_in_a_crowd_it_is_and_says_so_again_after_each_sign_in() -> None:
    server, people = Server(), crowd(everyone=False)
    async with Tasks("test") as tasks:
        at = whereabouts(people, server, tasks)
        at.watch(["John"])
        people.changed(Presence(people=[JOHN]))
        asking = asyncio.create_task(at.search("joha"))
        await asyncio.sleep(0)
        at.received(Presence(found=[JOHANNA]))
        assert await asking == (JOHANNA,)
        assert people.everyone() == (JOHN,)
        server.sent.clear()
        at.welcomed()
    assert [watch.names for watch in server.sent] == [["John", "Johanna"]]


async def test_without_a_connection_nobody_is_found() -> None:
    people = crowd(everyone=False)
    async with Tasks("test") as tasks:
        assert await whereabouts(people, None, tasks).search("jo") == ()
