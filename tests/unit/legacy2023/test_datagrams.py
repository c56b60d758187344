"""The datagrams of 2023: text and voice, told apart by their bytes alone."""

import json
from pathlib import Path

import pytest

from devcloud.model.errors import BadName
from devcloud.wire.legacy2023 import datagrams
from devcloud.wire.legacy2023.datagrams import BLOCK_BYTES, Start, Unknown, Voice

VECTORS = Path(__file__).parents[2] / "vectors" / "legacy2023"
DATAGRAMS = json.loads((VECTORS / "datagrams.json").read_text("utf-8"))


@pytest.mark.parametrize("case", DATAGRAMS, ids=[case["about"] for case in DATAGRAMS])
def test_datagram(case: dict) -> None:
    data = case["text"].encode() if "text" in case else bytes.fromhex(case["hex"]) * case["times"]
    parsed = datagrams.parse(data)
    assert type(parsed).__name__ == case["is"]
    match parsed:
        case Start(caller):
            assert caller == case["caller"]
        case Voice(pcm):
            assert pcm == data[: case["size"]]
        case Unknown(size):
            assert size == len(data)


def test_a_block_that_is_text_gets_another_first_sample() -> None:
    silence = bytes(BLOCK_BYTES)
    assert datagrams.is_text(silence)
    assert datagrams.voice(silence) == b"\xff\xff" + silence[2:]
    assert not datagrams.is_text(datagrams.voice(silence))


def test_a_block_that_is_not_text_stays_as_it_is() -> None:
    block = b"\x10\x80" * 512
    assert datagrams.voice(block) == block


def test_a_block_has_512_samples() -> None:
    with pytest.raises(ValueError, match="1024"):
        datagrams.voice(bytes(1000))


def test_start() -> None:
    assert datagrams.start("Zoé") == "START Zoé".encode()
    with pytest.raises(BadName) as refused:
        datagrams.start("Marc Dupont")
    assert refused.value.code == "name_blank_for_2023"
    assert "«Marc Dupont»" in str(refused.value)
    with pytest.raises(BadName):
        datagrams.start("")
