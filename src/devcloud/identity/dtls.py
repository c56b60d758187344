"""The DTLS fingerprint of a description: the one certificate its sender will show (RFC 8122).

Knows of SDP only what decides who is at the other end of the path; the engine reads the rest.

A description may hold a fingerprint for the session and one for each media section (RFC 8122,
section 5), and which of several an engine believes is its own affair. So there must be nothing to
choose: every path needs one, and all are the same.
"""

import re

from devcloud.model.errors import ProtocolViolation

# RFC 8122, section 5: SHA-1 and what is older must not be used any more.
_STRONG = {"sha-256": 32, "sha-384": 48, "sha-512": 64}

# The grammar of RFC 8122, section 5, which wants capitals; small letters mean the same.
_FINGERPRINT = re.compile(
    r"a=fingerprint:([A-Za-z0-9-]{1,16}) ((?:[0-9A-Fa-f]{2}:)+[0-9A-Fa-f]{2})"
)
_MEDIA = re.compile(r"m=[^ ]+ ([0-9]+)(?:/[0-9]+)? ([^ ]+) .*")

# RFC 5764 section 8, RFC 7850 section 4.5, RFC 8841 section 4.2: what runs over DTLS.
_OVER_DTLS = frozenset(
    {
        "UDP/TLS/RTP/SAVPF",
        "UDP/TLS/RTP/SAVP",
        "TCP/TLS/RTP/SAVPF",
        "TCP/TLS/RTP/SAVP",
        "TCP/DTLS/RTP/SAVPF",
        "TCP/DTLS/RTP/SAVP",
        "UDP/DTLS/SCTP",
        "TCP/DTLS/SCTP",
    }
)


def dtls_fingerprint(sdp: str) -> str:
    """Return the fingerprint of `sdp` as `sha-256 AB:CD:…`.

    Raises ProtocolViolation:
        description_malformed: not lines of SDP.
        description_not_encrypted: a media section that does not run over DTLS, or keys in the
            open (`a=crypto`, RFC 4568).
        fingerprint_missing: a media section without one (a refused section, port 0, needs none).
        fingerprint_malformed: a line that is not as RFC 8122 writes it.
        fingerprint_weak: a hash other than SHA-256, SHA-384 and SHA-512.
        fingerprint_ambiguous: two that differ.
    """
    session, *media = _sections(_lines(sdp))
    if not media:
        raise ProtocolViolation("description_malformed")
    for section in media:
        _check_transport(section)
    covered = _fingerprints(session)
    found = set(covered)
    for section in media:
        own = _fingerprints(section)
        if not own and not covered and not _is_refused(section):
            raise ProtocolViolation("fingerprint_missing")
        found |= own
    if not found:
        raise ProtocolViolation("fingerprint_missing")
    if len(found) > 1:
        raise ProtocolViolation("fingerprint_ambiguous")
    return found.pop()


def _lines(sdp: str) -> list[str]:
    # Split as engines do, at line feeds alone: `str.splitlines` sees lines where they see none.
    lines = [line.removesuffix("\r") for line in sdp.split("\n")]
    if lines[0] != "v=0" or any(not line.isprintable() for line in lines):
        raise ProtocolViolation("description_malformed")
    return lines


def _sections(lines: list[str]) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _check_transport(section: list[str]) -> None:
    media = _media(section)
    if media.group(2) not in _OVER_DTLS:
        raise ProtocolViolation("description_not_encrypted")
    if any(line.lower().startswith("a=crypto") for line in section):
        raise ProtocolViolation("description_not_encrypted")


def _is_refused(section: list[str]) -> bool:
    return int(_media(section).group(1)) == 0


def _media(section: list[str]) -> re.Match[str]:
    media = _MEDIA.fullmatch(section[0])
    if media is None:
        raise ProtocolViolation("description_malformed")
    return media


def _fingerprints(section: list[str]) -> set[str]:
    return {_read(line) for line in section if line.lower().lstrip().startswith("a=fingerprint")}


def _read(line: str) -> str:
    match = _FINGERPRINT.fullmatch(line)
    if match is None:
        raise ProtocolViolation("fingerprint_malformed")
    hash_name, value = match.group(1).lower(), match.group(2).upper()
    size = _STRONG.get(hash_name)
    if size is None:
        raise ProtocolViolation("fingerprint_weak", hash=hash_name)
    if len(value) != 3 * size - 1:
        raise ProtocolViolation("fingerprint_malformed")
    return f"{hash_name} {value}"
