"""The estimate of opinion and the edits of descriptions, as data for whoever writes another client.

tests/vectors/media/quality.json. UPDATE=1 writes it anew.
"""

import json
import os
from pathlib import Path

from devcloud.media.quality import mos
from devcloud.media.sdp import edit

PATH = Path(__file__).parents[1] / "vectors" / "media" / "quality.json"

SDP = "\r\n".join(
    [
        "v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 110 126",
        "c=IN IP4 0.0.0.0", "a=ice-ufrag:abcd", "a=fingerprint:sha-256 AB:CD",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a=sendrecv", "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc",
        "a=fmtp:111 minptime=10;useinbandfec=1", "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111",
        "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:110 telephone-event/48000",
        "a=rtpmap:126 telephone-event/8000", "a=ssrc:1 cname:x", "",
    ]
)  # fmt: skip


def test_the_vectors() -> None:
    now = {
        "mos": [
            {"one_way_ms": ms, "loss": loss, "red": red, "mos": round(mos_of, 9)}
            for ms in (0.0, 35.0, 100.0, 150.0, 280.5, 700.0)
            for loss in (0.0, 0.01, 0.05, 0.2, 1.0)
            for red in (False, True)
            for mos_of in [mos(one_way_ms=ms, loss=loss, red=red)]
        ],
        "description": {"made": SDP, "sent": edit(SDP)},
    }
    if os.environ.get("UPDATE"):
        PATH.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    assert json.loads(PATH.read_text(encoding="utf-8")) == now
