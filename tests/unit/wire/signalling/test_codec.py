"""What the golden messages cannot say: text that is no text, and a body kept as its bytes."""

import msgspec
import pytest

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling.bodies import InviteBody
from devcloud.wire.signalling.codec import decode_from_client, encode, encode_body
from devcloud.wire.signalling.messages import Bye, Invite

CALL = "0123456789abcdef0123456789abcdef"


def test_text_with_half_a_surrogate_pair_is_not_utf8() -> None:
    with pytest.raises(ProtocolViolation) as violation:
        decode_from_client('{"type":"bye","code":"\ud800"}')
    assert violation.value.code == "message_not_utf8"


def test_text_outside_ascii_is_welcome() -> None:
    assert decode_from_client('{"type":"bye","code":"Zoé"}') == Bye(code="Zoé")


def test_a_message_of_exactly_the_limit_is_welcome() -> None:
    frame = len(b'{"type":"bye","code":""}')
    assert decode_from_client(encode(Bye(code="x" * (65536 - frame))))


def test_an_unknown_type_is_named_but_not_at_length() -> None:
    with pytest.raises(ProtocolViolation) as violation:
        decode_from_client('{"type":"' + "x" * 1000 + '"}')
    assert violation.value.values == {"type": "x" * 64}


def test_a_body_is_forwarded_byte_for_byte() -> None:
    body = b'{ "sdp" : "v=0\\r\\n",\t"later":1e3 }'
    wire = b'{"type":"invite","call":"%s","seq":1,"to":"John","body":%s}' % (CALL.encode(), body)
    message = decode_from_client(wire)
    assert isinstance(message, Invite)
    stamped = msgspec.structs.replace(message, from_="Marc", device="00112233445566ff")
    assert encode(stamped).endswith(b'"from":"Marc","device":"00112233445566ff","body":%s}' % body)


def test_no_body_is_an_empty_one() -> None:
    wire = b'{"type":"invite","call":"%s","seq":1,"to":"John"}' % CALL.encode()
    message = decode_from_client(wire)
    assert isinstance(message, Invite)
    assert bytes(message.body) == b"{}"
    assert encode(message) == wire


def test_a_body_stands_in_its_message() -> None:
    message = Invite(call=CALL, seq=1, to="John", body=encode_body(InviteBody(sdp="v=0")))
    assert encode(message).endswith(b'"to":"John","body":{"sdp":"v=0"}}')
