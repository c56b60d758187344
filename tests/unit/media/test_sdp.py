"""Descriptions as the engine writes them, and as they are sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devcloud.media import sdp
from devcloud.model.errors import ProtocolViolation

OURS = """v=0
o=- 667766107982990079 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:KNEa
a=ice-pwd:HXG0Yu0IVx1pxuGfj88DTbab
a=ice-options:trickle
a=fingerprint:sha-256 F1:C9:F3:5D:A5:ED:07:AE:7C:6E:5E:8B:75:B0:00:45
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1944401814 cname:7SfE
""".replace("\n", "\r\n")


def lines(text: str) -> list[str]:
    return text.split("\r\n")


def test_red_stands_before_opus_and_the_other_codecs_are_gone() -> None:
    edited = sdp.edit(OURS)
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 63 111 110" in lines(edited)
    assert [line for line in lines(edited) if line.startswith("a=rtpmap:")] == [
        "a=rtpmap:111 opus/48000/2",
        "a=rtpmap:63 red/48000/2",
        "a=rtpmap:110 telephone-event/48000",
    ]
    assert sdp.prefers_red(edited)
    assert not sdp.prefers_red(OURS)


def test_feedback_for_the_whole_transport_is_gone() -> None:
    edited = sdp.edit(OURS)
    assert "transport-cc" not in edited
    assert "transport-wide-cc" not in edited
    assert "abs-send-time" not in edited
    assert "ssrc-audio-level" in edited


def test_opus_is_asked_for_with_fec_and_at_our_rate() -> None:
    assert "a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=48000" in lines(sdp.edit(OURS))
    without = OURS.replace(";useinbandfec=1", "")
    assert "useinbandfec=1" in sdp.edit(without)


def test_everything_else_is_as_it_was_fingerprint_first_of_all() -> None:
    changed = ("m=", "a=rtpmap", "a=fmtp", "a=rtcp-fb", "a=extmap")
    kept = [line for line in lines(OURS) if not line.startswith(changed)]
    assert [line for line in lines(sdp.edit(OURS)) if not line.startswith(changed)] == kept


def test_editing_twice_is_editing_once() -> None:
    assert sdp.edit(sdp.edit(OURS)) == sdp.edit(OURS)


def test_a_description_without_opus_is_left_alone() -> None:
    strange = OURS.replace(" 111 63", " ").replace("111", "112")
    assert sdp.edit(strange) == strange


def test_a_call_with_audio_alone_is_accepted() -> None:
    sdp.check(OURS)
    sdp.check(OURS.replace("\r\n", "\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0\r\n",
        OURS.replace("m=audio", "m=video"),
        OURS + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
        OURS + OURS,
        OURS + "a=" + 40_000 * "x",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProtocolViolation) as refusal:
        sdp.check(text)
    assert refusal.value.code == "path_description"


PIECES = st.sampled_from([*OURS.split("\r\n"), "m=audio", "m=audio 9", "a=fmtp:111 ", "\0", "é"])


@given(st.lists(PIECES, max_size=60).map("\r\n".join) | st.text(max_size=300))
def test_no_text_breaks_the_edits(text: str) -> None:
    edited = sdp.edit(text)
    assert sdp.edit(edited) == edited
    sdp.prefers_red(text)
    try:
        sdp.check(text)
    except ProtocolViolation as refusal:
        assert refusal.code == "path_description"


@given(st.lists(PIECES, max_size=60).map("\r\n".join))
def test_fingerprints_are_never_touched(text: str) -> None:
    def prints(of: str) -> list[str]:
        return [line for line in of.splitlines() if line.startswith("a=fingerprint:")]

    assert prints(sdp.edit(text)) == prints(text)
