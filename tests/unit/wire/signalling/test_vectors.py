"""The golden messages of `tests/vectors/signalling`, which other programs read too."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from devcloud.model.errors import ProtocolViolation
from devcloud.wire.signalling import bodies
from devcloud.wire.signalling.codec import (
    decode_body,
    decode_from_client,
    decode_from_server,
    encode,
    encode_body,
    type_of,
)
from devcloud.wire.signalling.messages import FromClient, FromServer

VECTORS = Path(__file__).parents[3] / "vectors" / "signalling"
FAMILIES = ["session", "presence", "call"]
DECODE: dict[str, Callable[[bytes | str], msgspec.Struct]] = {
    "client": decode_from_client,
    "server": decode_from_server,
}

Case = dict[str, Any]


def read(name: str) -> dict[str, list[Case]]:
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


def cases(kind: str, *files: str) -> list[Any]:
    return [
        pytest.param(side, case, id=f"{side}: {case['name']}")
        for file in files
        for case in read(file).get(kind, [])
        for side in case["from"]
    ]


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def bytes_of(case: Case) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "pieces" in case:
        return "".join(text * times for text, times in case["pieces"]).encode()
    return case["text"].encode()


@pytest.mark.parametrize(("side", "case"), cases("valid", *FAMILIES))
def test_a_message_survives_the_way_there_and_back(side: str, case: Case) -> None:
    wire = compact(case["json"])
    message = DECODE[side](wire)
    assert type_of(message) == case["json"]["type"]
    assert encode(message) == wire
    assert DECODE[side](wire.decode()) == message


@pytest.mark.parametrize(("side", "case"), cases("tolerated", *FAMILIES))
def test_what_is_tolerated_means_something(side: str, case: Case) -> None:
    assert encode(DECODE[side](compact(case["json"]))) == compact(case["means"])


@pytest.mark.parametrize(("side", "case"), cases("invalid", "invalid"))
def test_what_is_outside_the_protocol_earns_its_code(side: str, case: Case) -> None:
    data = bytes_of(case)
    with pytest.raises(ProtocolViolation) as violation:
        DECODE[side](data)
    assert violation.value.code == case["code"]
    if "hex" not in case:
        with pytest.raises(ProtocolViolation) as violation:
            DECODE[side](data.decode())
        assert violation.value.code == case["code"]


@pytest.mark.parametrize("case", read("bodies")["valid"])
def test_a_body_survives_the_way_there_and_back(case: Case) -> None:
    wire = compact(case["json"])
    body = decode_body(msgspec.Raw(wire), getattr(bodies, case["kind"]))
    assert bytes(encode_body(body)) == wire


@pytest.mark.parametrize("case", read("bodies")["invalid"])
def test_a_bad_body_earns_its_code(case: Case) -> None:
    with pytest.raises(ProtocolViolation) as violation:
        decode_body(msgspec.Raw(bytes_of(case)), getattr(bodies, case["kind"]))
    assert violation.value.code == case["code"]


@pytest.mark.parametrize(("side", "union"), [("client", FromClient), ("server", FromServer)])
def test_every_type_has_a_golden_message(side: str, union: object) -> None:
    golden = {
        case["json"]["type"]
        for family in FAMILIES
        for case in read(family)["valid"]
        if side in case["from"]
    }
    assert golden == {kind.__struct_config__.tag for kind in get_args(union)}


def test_every_body_has_a_golden_message() -> None:
    kinds = {
        name
        for name, kind in vars(bodies).items()
        if isinstance(kind, type) and issubclass(kind, bodies.Body) and name.endswith("Body")
    } - {"Body"}
    assert {case["kind"] for case in read("bodies")["valid"]} == kinds
