"""The documents: what they name exists, and the protocol's description names everything."""

import json
import re
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import get_args

import msgspec
import pytest

from devcloud.cli.main import COMMANDS
from devcloud.identity.claims import sign_in_claim
from devcloud.identity.keys import verify
from devcloud.model.records import EndReason
from devcloud.wire.signalling import bodies, messages

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
MAKE = re.compile(r"`make ([a-z]+)|^make ([a-z]+)", re.MULTILINE)


def types_of(union: UnionType) -> list[type[msgspec.Struct]]:
    return list(get_args(union))


@pytest.fixture(scope="module")
def protocol(root: Path) -> str:
    return (root / "docs" / "protocol.md").read_text("utf-8")


def test_links_lead_somewhere(tracked: list[Path]) -> None:
    assert [
        (path.name, link)
        for path in tracked
        if path.suffix == ".md"
        for link in LINK.findall(path.read_text("utf-8"))
        if not (path.parent / link).exists()
    ] == []


def test_every_make_target_that_is_named_exists(root: Path, tracked: list[Path]) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"install", "demo", "check", "test", "bench"} <= targets
    assert [
        (path.name, target)
        for path in tracked
        if path.suffix == ".md"
        for target in map("".join, MAKE.findall(path.read_text("utf-8")))
        if target not in targets
    ] == []


def test_the_front_page_names_flags_that_exist(root: Path) -> None:
    flags = {"--language", "--json", "--verbose"}
    for name in COMMANDS:
        command = ArgumentParser()
        import_module(f"devcloud.cli.{name}").add_arguments(command, str)
        flags |= set(re.findall(r"--[a-z0-9-]+", command.format_help()))
    readme = (root / "README.md").read_text("utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z0-9-]+", readme)) - flags == set()


def test_the_protocol_names_every_message(protocol: str) -> None:
    tags = {
        str(kind.__struct_config__.tag)
        for union in (messages.FromClient, messages.FromServer)
        for kind in types_of(union)
    }
    assert "invite" in tags
    assert {tag for tag in tags if f"`{tag}`" not in protocol} == set()


def test_the_protocol_names_every_field(protocol: str) -> None:
    kinds = {
        kind for union in (messages.FromClient, messages.FromServer) for kind in types_of(union)
    } | {kind for kind in vars(bodies).values() if is_body(kind)}
    assert {
        f"{kind.__name__}.{field.encode_name}"
        for kind in kinds
        for field in msgspec.structs.fields(kind)
        if f"`{field.encode_name}`" not in protocol
    } == set()


def is_body(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def test_the_protocol_names_every_reason(protocol: str) -> None:
    assert {reason for reason in EndReason if f"`{reason}`" not in protocol} == set()


def test_the_protocol_names_every_code_of_a_bad_message(root: Path, protocol: str) -> None:
    vectors = root / "tests" / "vectors" / "signalling" / "invalid.json"
    codes = {case["code"] for case in json.loads(vectors.read_text("utf-8"))["invalid"]}
    assert codes
    assert {code for code in codes if f"`{code}`" not in protocol} == set()


def test_the_protocol_names_every_code_of_a_refusal(root: Path, protocol: str) -> None:
    """What the server refuses in a session, it refuses with a code that is described."""
    codes: set[str] = set()
    for path in (root / "src" / "devcloud" / "server").glob("*.py"):
        if path.name in {"session.py", "signing_in.py", "hall.py"}:
            codes |= set(re.findall(r'Refused\("([a-z_0-9]+)"', path.read_text("utf-8")))
    assert "bad_proof" in codes
    assert {code for code in codes if f"`{code}`" not in protocol} == set()


def test_the_example_of_a_proof_is_right(protocol: str) -> None:
    def said(label: str) -> str:
        found = re.search(rf"^{label} {{2,}}(\S.*(?:\n {{8,}}\S.*)*)$", protocol, re.MULTILINE)
        assert found, label
        return found.group(1)

    claim = sign_in_claim(
        version=int(said("version")),
        nonce=said("nonce"),
        certificate=said("certificate"),
        name=said("name"),
        device=said("device"),
    )
    assert bytes.fromhex(said("bytes")) == claim
    assert verify(said("key"), said("signature"), claim)
