"""The DTLS fingerprint of a description: one, strong, and the same everywhere, or none at all."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.identity.dtls import dtls_fingerprint
from devcloud.model.errors import ProtocolViolation


def colons(name: str, seed: str = "certificate") -> str:
    return hashlib.new(name.replace("-", ""), seed.encode()).digest().hex(":").upper()


def line(name: str = "sha-256", seed: str = "certificate") -> str:
    return f"a=fingerprint:{name} {colons(name, seed)}"


ONE = f"sha-256 {colons('sha-256')}"
OTHER = line(seed="another certificate")
SESSION = ["v=0", "o=- 46117317 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 63 111", "c=IN IP4 0.0.0.0", "a=mid:0", "a=setup:actpass"]
DATA = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1"]
REFUSED = ["m=video 0 UDP/TLS/RTP/SAVPF 96", "a=inactive"]


def sdp(*lines: str, end: str = "\r\n") -> str:
    return "".join(text + end for text in lines)


def code_of(text: str) -> str:
    with pytest.raises(ProtocolViolation) as refusal:
        dtls_fingerprint(text)
    assert refusal.value.text() != refusal.value.code  # it has a sentence
    return refusal.value.code


@pytest.mark.parametrize(
    "text",
    [
        sdp(*SESSION, *AUDIO, line()),
        sdp(*SESSION, *AUDIO, line(), end="\n"),
        sdp(*SESSION, line(), *AUDIO),
        sdp(*SESSION, line(), *AUDIO, line(), *DATA),
        sdp(*SESSION, *AUDIO, line(), *DATA, line()),
        sdp(*SESSION, *AUDIO, line(), *REFUSED),
        sdp(*SESSION, *AUDIO, line().lower()),
        sdp(*SESSION, *AUDIO, line().replace("sha", "SHA")),
        sdp(*SESSION, *AUDIO, line(), line()),
    ],
    ids=[
        "as an engine writes it", "line feeds alone", "for the session", "for session and section",
        "every section", "a refused section needs none", "small letters", "hash in capitals",
        "twice the same",
    ],
)  # fmt: skip
def test_the_one_fingerprint(text: str) -> None:
    assert dtls_fingerprint(text) == ONE


@pytest.mark.parametrize("name", ["sha-384", "sha-512"])
def test_longer_hashes_are_good(name: str) -> None:
    assert dtls_fingerprint(sdp(*SESSION, *AUDIO, line(name))) == f"{name} {colons(name)}"


@pytest.mark.parametrize(
    "text",
    [
        sdp(*SESSION, *AUDIO),
        sdp(*SESSION, *AUDIO, *DATA, line()),
        sdp(*SESSION, *AUDIO, line(), *DATA),
        sdp(*SESSION, *REFUSED),
    ],
    ids=["nowhere", "not in the first section", "not in the second", "nothing but refusals"],
)
def test_no_path_without_one(text: str) -> None:
    assert code_of(text) == "fingerprint_missing"


@pytest.mark.parametrize(
    "text",
    [
        sdp(*SESSION, *AUDIO, line(), OTHER),
        sdp(*SESSION, OTHER, *AUDIO, line()),
        sdp(*SESSION, *AUDIO, line(), *DATA, OTHER),
        sdp(*SESSION, *AUDIO, line(), *REFUSED, OTHER),
        sdp(*SESSION, *AUDIO, line(), line("sha-512")),
    ],
    ids=["in one section", "session and section", "two sections", "a refused one", "two hashes"],
)
def test_nothing_to_choose(text: str) -> None:
    assert code_of(text) == "fingerprint_ambiguous"


@pytest.mark.parametrize("name", ["md5", "sha-1", "sha-224"])
def test_weak_hashes(name: str) -> None:
    assert code_of(sdp(*SESSION, *AUDIO, line(name))) == "fingerprint_weak"
    assert code_of(sdp(*SESSION, *AUDIO, line(), line(name))) == "fingerprint_weak"


@pytest.mark.parametrize(
    "wrong",
    [
        "a=fingerprint:",
        "a=fingerprint",
        "a=fingerprint:sha-256",
        "a=fingerprint:sha-256  AB:CD",
        "a=fingerprint:sha-256 AB:CD",
        line() + " ",
        line() + ":00",
        line().replace(":", "", 2),
        " " + line(),
        "A=" + line()[2:],
        line().replace("fingerprint", "Fingerprint"),
        line() + " " + colons("sha-256", "another"),
    ],
)
def test_lines_that_another_reader_may_read_otherwise(wrong: str) -> None:
    assert code_of(sdp(*SESSION, *AUDIO, line(), wrong)) == "fingerprint_malformed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0",
        sdp(*AUDIO, line()),
        sdp(*SESSION),
        sdp(*SESSION, "m=audio", line()),
        sdp(*SESSION, "m=audio nine UDP/TLS/RTP/SAVPF 111", line()),
        sdp(*SESSION, *AUDIO, line() + "\r" + OTHER),
        sdp(*SESSION, *AUDIO, line() + "\0"),
        sdp(*SESSION, *AUDIO, line() + "\u2028" + OTHER),
    ],
)
def test_not_a_description(text: str) -> None:
    assert code_of(text) == "description_malformed"


@pytest.mark.parametrize(
    "text",
    [
        sdp(*SESSION, "m=audio 9 RTP/AVP 0", line()),
        sdp(*SESSION, "m=audio 9 RTP/SAVPF 111", line()),
        sdp(*SESSION, *AUDIO, line(), "m=audio 0 RTP/AVP 0"),
        sdp(*SESSION, *AUDIO, line(), "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"),
    ],
    ids=["in the open", "no DTLS", "even where refused", "keys in the open"],
)
def test_not_encrypted(text: str) -> None:
    assert code_of(text) == "description_not_encrypted"


pieces = st.sampled_from(
    [*SESSION, *AUDIO, *DATA, *REFUSED, line(), OTHER, line("sha-1"), "a=fingerprint:", "", "\r"]
)


@given(st.lists(pieces | st.text(max_size=20), max_size=12))
def test_anything_else_is_refused_with_a_code(lines: list[str]) -> None:
    text = sdp("v=0", *lines)
    try:
        found = dtls_fingerprint(text)
    except ProtocolViolation as refusal:
        assert refusal.text() != refusal.code
    else:
        assert found in (ONE, f"sha-256 {colons('sha-256', 'another certificate')}")
        assert (line() in lines) != (OTHER in lines)
