"""The published vectors: every field of every file leads to what stands beside it.

The bytes are put together here a second time, from the words of `docs/security.md` alone, so that
the document, the vectors and the program cannot drift apart.
"""

import hashlib
import json
import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest

from devcloud.identity.claims import call_claim, sign_in_claim
from devcloud.identity.handshake import CalleeHandshake, CallerHandshake
from devcloud.identity.keys import SigningKey, fingerprint, verify
from devcloud.identity.words import check_commitment, safety_words, words
from devcloud.model.texts import Language

ROOT = Path(__file__).parents[3]
VECTORS = ROOT / "tests" / "vectors" / "identity"


def read(name: str) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return vectors


def raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written_out(*fields: str | bytes | int) -> bytes:
    return b"".join(len(data).to_bytes(4, "big") + data for data in map(as_bytes, fields))


def as_bytes(field: str | bytes | int) -> bytes:
    if isinstance(field, int):
        return field.to_bytes(8, "big")
    return field.encode() if isinstance(field, str) else field


@pytest.mark.parametrize("vector", read("keys"))
def test_keys(vector: dict[str, str]) -> None:
    assert SigningKey.from_seed(raw(vector["seed"])).public == vector["public"]
    assert fingerprint(vector["public"]) == vector["fingerprint"]


@pytest.mark.parametrize("vector", read("sign-in"))
def test_sign_in_claims(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    order = ("version", "nonce", "certificate", "name", "device")
    data = written_out("DevCloud sign-in 1", *(fields[name] for name in order))
    assert data.hex() == vector["bytes"]
    assert sign_in_claim(**fields) == data
    assert verify(vector["key"], vector["signature"], data)


@pytest.mark.parametrize("vector", read("call"))
def test_call_claims(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    digests = {
        part: hashlib.sha256(fields[part].encode()).digest() if fields[part] else b""
        for part in ("offer", "answer")
    }
    assert {part: digest.hex() for part, digest in digests.items()} == vector["digests"]
    before = ("call", "caller", "callee", "role", "kind", "generation", "fingerprint")
    after = ("caller_key", "callee_key", "commitment", "nonce")
    data = written_out(
        "DevCloud call 1",
        *(fields[name] for name in before),
        digests["offer"],
        digests["answer"],
        *(fields[name] for name in after),
    )
    assert data.hex() == vector["bytes"]
    assert call_claim(**fields) == data
    assert verify(vector["key"], vector["signature"], data)


@pytest.mark.parametrize("vector", read("words"))
def test_words(vector: dict[str, Any]) -> None:
    caller_nonce, callee_nonce = raw(vector["caller_nonce"]), raw(vector["callee_nonce"])
    promised = written_out(
        "DevCloud commitment 1", vector["call"], vector["caller_key"], caller_nonce
    )
    assert raw(vector["commitment"]) == hashlib.sha256(promised).digest()
    assert check_commitment(
        vector["commitment"],
        caller_nonce,
        call=vector["call"],
        caller_key=vector["caller_key"],
    )
    names = ("call", "caller_key", "callee_key", "caller_fingerprint", "callee_fingerprint")
    hashed = written_out(
        "DevCloud words 1", *(vector[name] for name in names), caller_nonce, callee_nonce
    )
    bits = int.from_bytes(hashlib.sha256(hashed).digest()[:6], "big") >> 4
    assert [bits >> 33, bits >> 22 & 2047, bits >> 11 & 2047, bits & 2047] == vector["indices"]
    found = safety_words(
        **{name: vector[name] for name in names},
        caller_nonce=caller_nonce,
        callee_nonce=callee_nonce,
    )
    assert list(found) == vector["indices"]
    for language in Language:
        assert list(words(found, language)) == vector[language]


def test_the_script_writes_what_is_there(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make-vectors", tmp_path], check=True)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text("utf-8") for path in VECTORS.iterdir()}


def test_a_handshake_signs_what_is_written_down() -> None:
    invite, ringing, answer, bare, offer, agreed = read("call")
    safe, safe_bare, _ = read("words")
    seeds = {vector["public"]: raw(vector["seed"]) for vector in read("keys")}
    key_of = {who: SigningKey.from_seed(seeds[safe[f"{who}_key"]]) for who in ("caller", "callee")}

    def callee() -> CalleeHandshake:
        side = CalleeHandshake(
            call=safe["call"],
            caller="Marc",
            callee="John",
            me="John",
            key=key_of["callee"],
            pin=None,
            nonce=raw(safe["callee_nonce"]),
        )
        side.check_invite(1, first, caller.sign_invite(1, first))
        return side

    caller = CallerHandshake(
        call=safe["call"],
        caller="Marc",
        callee="John",
        key=key_of["caller"],
        pin=None,
        nonce=raw(safe["caller_nonce"]),
    )
    first, second = answer["fields"]["offer"], answer["fields"]["answer"]
    third, fourth = agreed["fields"]["offer"], agreed["fields"]["answer"]
    shown = caller.sign_invite(1, first)
    assert shown.claim == invite["signature"]
    assert shown.commitment == safe["commitment"]
    john, john_without_path = callee(), callee()
    assert john.sign_ringing(second).claim == ringing["signature"]
    accept = john.sign_accept(second)
    assert accept.claim == answer["signature"]
    assert accept.nonce == safe["callee_nonce"]
    assert john_without_path.sign_accept("").claim == bare["signature"]

    caller.check_accept(1, second, accept)
    assert caller.reveal == safe["caller_nonce"]
    john.check_reveal(caller.reveal)
    john_without_path.check_reveal(caller.reveal)
    assert caller.words == john.words == tuple(safe["indices"])
    assert john_without_path.words == tuple(safe_bare["indices"])

    shown = john.sign_offer(2, third)
    assert shown.claim == offer["signature"]
    caller.check_offer(2, third, shown)
    assert caller.sign_answer(2, fourth).claim == agreed["signature"]
