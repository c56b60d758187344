"""Ids are made of randomness that somebody else brings."""

import re

import pytest

from devcloud.model.ids import CALL_ID_PATTERN, DEVICE_ID_PATTERN, call_id, device_id


def test_a_call_id() -> None:
    assert call_id(bytes(range(16))) == "000102030405060708090a0b0c0d0e0f"
    assert re.search(CALL_ID_PATTERN, call_id(bytes(16)))


def test_a_device_id() -> None:
    assert device_id(bytes(range(8))) == "0001020304050607"
    assert re.search(DEVICE_ID_PATTERN, device_id(bytes(8)))


def test_an_id_of_the_wrong_size_is_a_bug() -> None:
    with pytest.raises(ValueError, match="16 bytes, not 8"):
        call_id(bytes(8))
    with pytest.raises(ValueError, match="8 bytes, not 16"):
        device_id(bytes(16))


@pytest.mark.parametrize("pattern", [CALL_ID_PATTERN, DEVICE_ID_PATTERN])
def test_a_line_end_is_no_part_of_an_id(pattern: str) -> None:
    for digits in (16, 32):
        assert not re.search(pattern, "0" * digits + "\n")
