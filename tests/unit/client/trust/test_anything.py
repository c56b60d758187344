"""Whatever a server makes of what people say: nothing reaches the media that the other side did not
mean for this call, no voice goes out before both have agreed, and words are the same or not there.
"""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from devcloud.call.line import Busy
from devcloud.identity.encoding import to_base64url
from devcloud.media import control
from devcloud.model.errors import Untrusted
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage

KINDS = (
    messages.Invite, messages.Ringing, messages.Answer, messages.Update, messages.Candidate,
    messages.Decline, messages.Cancel, messages.Hangup, messages.Ack,
)  # fmt: skip
NAMES = ("Marc", "John", "Paul")
ZEROS = to_base64url(bytes(32))


class Liar:
    """Changes what is said as hypothesis draws it, out of what has been said before."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.heard: list[CallMessage] = []
        self.left = 12
        self.sequence = 10_000

    def twist(self, message: CallMessage) -> list[CallMessage]:  # noqa: PLR0911 - one per trick
        self.heard.append(message)
        if self.left == 0:
            return [message]
        self.left -= 1
        trick = self.data.draw(st.sampled_from(("truth", "drop", "twice", "old", "edit", "kind")))
        match trick:
            case "drop":
                return []
            case "twice":
                return [message, self._new(message)]
            case "old":
                return [message, self._new(self.data.draw(st.sampled_from(self.heard)))]
            case "edit":
                return [self._edited(message)]
            case "kind":
                return [self._as_another_kind(message)]
            case _:
                return [message]

    def _new(self, message: CallMessage) -> CallMessage:
        self.sequence += 1
        return msgspec.structs.replace(message, seq=self.sequence)

    def _as_another_kind(self, message: CallMessage) -> CallMessage:
        kind = self.data.draw(st.sampled_from(KINDS))
        shared = CallMessage.__struct_fields__
        return kind(**{name: getattr(message, name) for name in shared})

    def _edited(self, message: CallMessage) -> CallMessage:
        if self.data.draw(st.booleans()):
            names = {"to": self.data.draw(st.sampled_from(NAMES))}
            names["from_"] = self.data.draw(st.sampled_from(NAMES))
            return msgspec.structs.replace(message, **names)
        body = self._body(message)
        other = self._body(self.data.draw(st.sampled_from(self.heard)))
        for field in ("sdp", "offer", "answer", "signed", "generation", "reveal"):
            if field in other and self.data.draw(st.booleans()):
                body[field] = other[field]
        if "signed" in body and self.data.draw(st.booleans()):
            part = self.data.draw(st.sampled_from(("key", "claim", "nonce", "commitment")))
            body["signed"] = {**body["signed"], part: self.data.draw(st.sampled_from(("", ZEROS)))}
        if body.get("sdp") and self.data.draw(st.booleans()):
            body["sdp"] = body["sdp"].replace("a=setup:actpass", "a=setup:passive")
        return msgspec.structs.replace(message, body=msgspec.Raw(msgspec.json.encode(body)))

    @staticmethod
    def _body(message: CallMessage) -> dict[str, Any]:
        return msgspec.json.decode(bytes(message.body))


@settings(max_examples=150)
@given(data=st.data(), known=st.booleans(), warm=st.booleans())
def test_no_lie_gets_through(make: Any, data: st.DataObject, known: bool, warm: bool) -> None:
    world = make.world()
    people = NAMES if known else ()
    marc, john, paul = (world.side(name, knows=people, warm=warm) for name in NAMES)
    world.twist = Liar(data).twist
    id = marc.call("John")
    world.flow()
    for side in (john, paul):
        for call in list(side.calls):
            try:
                side.accept(call)
            except Untrusted as refused:
                assert refused.code == "key_changed_ask"
        world.flow()
    try:
        paul.call("John", 2)
    except Busy:
        assert paul.calls
    world.flow()
    world.wait(20.0)

    made = {side.name: set(side.made) for side in world.sides}
    for side in world.sides:
        others = set().union(*(made[name] for name in NAMES if name != side.name))
        for order in side.orders:
            if isinstance(order, control.TakeOffer | control.TakeAnswer):
                assert order.sdp in others, "the media was given what nobody has made"
    if marc.spoke(id):
        assert john.accepted(id), "Marc's voice went out to somebody who had not agreed"
    ours, theirs = marc.words(id), john.words(id)
    assert ours is None or theirs is None or ours == theirs
    world.wait(200.0)
    for side in world.sides:
        assert all(call.accepted for call in side.calls.values()), "something waits for ever"
