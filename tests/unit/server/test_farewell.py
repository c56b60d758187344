"""A page leaves its last words: they are said a moment later, unless it is back."""

import asyncio
import json
from typing import Any

import pytest

from devcloud.directory.members import Member
from devcloud.directory.people import People
from devcloud.model.errors import ProtocolViolation
from devcloud.server.farewell import Farewells
from devcloud.wire.signalling.codec import decode_from_client
from devcloud.wire.signalling.messages import Bye, CallMessage, Hangup

CALL = "0" * 32
GRACE_S = 0.05


class Handle:
    """A session that keeps what it is to send."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.came = asyncio.Event()

    def send_frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.came.set()

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(frame[frame.index(b"{") :]) for frame in self.frames]


class Scene:
    """Marc has gone from his page; John is there."""

    def __init__(self) -> None:
        self.people = People(everyone_up_to=10)
        self.marc = self.member("Marc", "1" * 16)
        self.john = self.member("John", "2" * 16)
        self.people.sign_in(self.john, 0.0)
        self.noted: list[tuple[str, CallMessage, int]] = []
        self.farewells = Farewells(self.people, self.note, grace_s=GRACE_S)

    def member(self, name: str, device: str) -> Member:
        return Member(name=name, key=name, device=device, handle=Handle())

    def note(self, member: Member, message: CallMessage, reached: int) -> None:
        self.noted.append((member.name, message, reached))

    def hangup(self, to: str = "John") -> Hangup:
        return Hangup(call=CALL, seq=7, to=to, from_="Somebody", device="f" * 16)


async def test_who_stays_away_has_hung_up() -> None:
    scene = Scene()
    scene.farewells.keep(scene.marc, [scene.hangup()])
    assert not scene.john.handle.frames
    await scene.john.handle.came.wait()
    (said,) = scene.john.handle.said
    assert (said["type"], said["from"], said["device"], said["seq"]) == (
        "hangup",
        "Marc",
        "1" * 16,
        7,
    )
    assert [(name, reached) for name, _, reached in scene.noted] == [("Marc", 1)]
    assert len(scene.farewells) == 0


async def test_who_is_back_in_time_has_not() -> None:
    scene = Scene()
    scene.farewells.keep(scene.marc, [scene.hangup()])
    scene.farewells.back(scene.member("MARC", "1" * 16))
    other = scene.member("Atelier", "3" * 16)
    scene.farewells.keep(other, [scene.hangup()])
    await scene.john.handle.came.wait()
    assert [said["from"] for said in scene.john.handle.said] == ["Atelier"]


async def test_another_device_of_the_same_person_takes_nothing_back() -> None:
    scene = Scene()
    scene.farewells.keep(scene.marc, [scene.hangup()])
    scene.farewells.back(scene.member("Marc", "9" * 16))
    await scene.john.handle.came.wait()


async def test_nothing_is_said_to_oneself_and_nothing_after_the_server_stops() -> None:
    scene = Scene()
    scene.people.sign_in(scene.member("Marc", "5" * 16), 0.0)
    scene.farewells.keep(scene.marc, [scene.hangup("Marc"), scene.hangup()])
    await scene.john.handle.came.wait()
    assert [reached for _, _, reached in scene.noted] == [0, 1]
    scene.farewells.keep(scene.marc, [scene.hangup()])
    scene.farewells.forget()
    assert len(scene.farewells) == 0


async def test_nothing_is_kept_of_who_leaves_for_good_or_only_looks() -> None:
    scene = Scene()
    scene.farewells.keep(scene.marc, [])
    looks = Member(name="Accueil", key="k", device="4" * 16, handle=Handle(), observer=True)
    scene.farewells.keep(looks, [scene.hangup()])
    assert len(scene.farewells) == 0


def test_last_words_are_hang_ups_and_checked_like_any() -> None:
    last = [{"type": "hangup", "call": CALL, "seq": 3, "to": "John"}]
    bye = decode_from_client(json.dumps({"type": "bye", "code": "leaving", "last": last}))
    assert isinstance(bye, Bye) and bye.last == [Hangup(call=CALL, seq=3, to="John")]
    for wrong in (
        [{**last[0], "type": "invite"}],
        [{**last[0], "call": "X" * 32}],
        last * 17,
        "hangup",
    ):
        with pytest.raises(ProtocolViolation, match=r"\w"):
            decode_from_client(json.dumps({"type": "bye", "code": "leaving", "last": wrong}))
