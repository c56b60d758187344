"""STUN binding: which address do you see me at? (RFC 8489; vectors of RFC 5769)"""

import zlib

import pytest

from devcloud.wire.stun import BindingRequest, answer, parse_binding_request

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PLAIN = bytes.fromhex("00010000 2112a442") + TRANSACTION

# RFC 5769, section 2.1: with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, MESSAGE-INTEGRITY and
# FINGERPRINT.
SAMPLE = bytes.fromhex(
    "00010058 2112a442 b7e7a701bc34d686fa87dfae"
    "80220010 5354554e207465737420636c69656e74"
    "00240004 6e0001ff 80290008 932ff9b151263b36"
    "00060009 6576746a3a68367659202020"
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004 e57a3bcf"
)


def attribute(kind: int, value: bytes) -> bytes:
    padded = value + bytes(-len(value) % 4)
    return kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + padded


def request(*attributes: bytes) -> bytes:
    body = b"".join(attributes)
    return b"\x00\x01" + len(body).to_bytes(2, "big") + PLAIN[4:] + body


def test_a_plain_request_and_its_answer() -> None:
    asked = parse_binding_request(PLAIN)
    assert asked == BindingRequest(TRANSACTION)
    # RFC 5769, section 2.2: this address under this transaction is XORed to these bytes.
    assert answer(asked, "192.0.2.1", 32853) == bytes.fromhex(
        "0101000c 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147 e112a643"
    )


def test_ipv6() -> None:
    # RFC 5769, section 2.3
    told = answer(BindingRequest(TRANSACTION), "2001:db8:1234:5678:11:2233:4455:6677%eth0", 32853)
    assert told == bytes.fromhex(
        "01010018 2112a442 b7e7a701bc34d686fa87dfae"
        "00200014 0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9"
    )


def test_an_ipv4_address_seen_through_ipv6_is_an_ipv4_address() -> None:
    asked = BindingRequest(TRANSACTION)
    assert answer(asked, "::ffff:192.0.2.1", 32853) == answer(asked, "192.0.2.1", 32853)


def test_the_sample_request_with_its_fingerprint() -> None:
    asked = parse_binding_request(SAMPLE)
    assert asked == BindingRequest(TRANSACTION, fingerprint=True)
    told = answer(asked, "192.0.2.1", 32853)
    assert int.from_bytes(told[2:4], "big") == len(told) - 20 == 20
    assert told[-8:-4] == bytes.fromhex("80280004")
    assert int.from_bytes(told[-4:], "big") == zlib.crc32(told[:-8]) ^ 0x5354554E


def test_what_must_be_understood_and_is_not() -> None:
    asked = parse_binding_request(
        request(attribute(0x0003, bytes(4)), attribute(0x7777, b""), attribute(0x0003, b"x"))
    )
    assert asked == BindingRequest(TRANSACTION, unknown=(0x0003, 0x7777))
    told = answer(asked, "192.0.2.1", 32853)
    assert told[:2] == b"\x01\x11"
    assert told[20:] == bytes.fromhex("00090004 00000414 000a0004 00037777")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PLAIN[:-1],
        PLAIN + b"\x00",
        b"\x01\x01" + PLAIN[2:],
        PLAIN[:4] + b"\x00\x00\x00\x00" + TRANSACTION,
        request(b"\x80\x22"),
        request(attribute(0x8022, b"abcd")[:-2] + b"\x00\x00\x80\x22\xff\xff"),
        request(attribute(0x8028, bytes(4))),
        request(attribute(0x8028, bytes(8))),
        SAMPLE[:-1] + b"\x00",
        request(SAMPLE[-8:], attribute(0x8022, b"after")),
    ],
)
def test_everything_else_is_nothing(data: bytes) -> None:
    assert parse_binding_request(data) is None


@pytest.mark.parametrize("asked", [PLAIN, SAMPLE, request(*[attribute(n, b"") for n in range(99)])])
@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_answer_is_hardly_longer_than_its_question(asked: bytes, host: str) -> None:
    parsed = parse_binding_request(asked)
    assert parsed is not None
    headers = 28 if "." in host else 48
    assert len(answer(parsed, host, 1)) + headers <= 1.5 * (len(asked) + headers)
