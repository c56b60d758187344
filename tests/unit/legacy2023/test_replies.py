"""What a 2023 server answers: its exact bytes, and how a client reads them."""

import json
from pathlib import Path

import pytest

from devcloud.wire.legacy2023 import replies

VECTORS = Path(__file__).parents[2] / "vectors" / "legacy2023"
REPLIES = json.loads((VECTORS / "replies.json").read_text("utf-8"))


@pytest.mark.parametrize("case", REPLIES, ids=[case["in"] for case in REPLIES])
def test_reply(case: dict) -> None:
    expected = {key: value for key, value in case.items() if key not in {"in", "is"}}
    assert replies.decode_reply(case["in"].encode()) == getattr(replies, case["is"])(**expected)


def test_the_bytes() -> None:
    assert replies.REGISTERED == b'{"ack": "Registered successfully"}'
    assert replies.NOT_REGISTERED == b'{"ack": "Error Registering"}'
    assert replies.ERROR == b'{"ack": "Error"}'
    assert replies.address_reply("192.168.35.145") == b'{"ip": "192.168.35.145"}'
    assert replies.address_reply(None) == b'{"ip": "None"}'
