"""Whatever is shown as a key, a book or a description: read, or refused with a code and a sentence.

Nothing else may come out of these readers: what they read was written by somebody else, or by this
program in better days.
"""

import json
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devcloud.client.keyfile import KEY_FILE, install, load_or_create
from devcloud.identity.box import open_key, seal_key
from devcloud.identity.dtls import dtls_fingerprint
from devcloud.identity.keys import SigningKey, is_public_key
from devcloud.identity.pins import PinBook, read_book, remember, write_book
from devcloud.model.errors import BadKey, DevCloudError, ProtocolViolation, StorageFailed
from devcloud.model.texts import catalogue

VECTORS = Path(__file__).parents[1] / "vectors" / "identity"
DESCRIPTIONS = [
    claim["fields"]["offer"] for claim in json.loads((VECTORS / "call.json").read_text("utf-8"))
]
KEY = SigningKey.from_seed(bytes(range(32)))
SEALED = seal_key(KEY, "correct horse", bytes(28))
BOOK = write_book(remember(PinBook(), "John", KEY.public, 1_700_000_000.0))
LINES = sorted({line for sdp in DESCRIPTIONS for line in sdp.split("\r\n")})


def reads(read: Callable[[Any], object], data: object, refusal: type[DevCloudError]) -> None:
    """Read: something comes back, or `refusal` with a sentence that has all its values."""
    try:
        read(data)
    except refusal as refused:
        text = catalogue()[f"errors.{refused.code}"]["en"]
        wanted = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert wanted <= set(refused.values)


@st.composite
def bent(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` with bytes changed, put in, doubled or cut off."""
    data = bytearray(whole)
    for at, octet in draw(
        st.dictionaries(st.integers(0, len(whole) - 1), st.integers(0, 255), max_size=3)
    ).items():
        data[at] = octet
    at = draw(st.integers(0, len(data)))
    data[at:at] = draw(st.binary(max_size=8))
    return bytes(data[: draw(st.integers(0, len(data)))]) * draw(st.integers(1, 2))


@given(
    st.lists(st.sampled_from(LINES) | st.text(max_size=40), max_size=14).map("\r\n".join)
    | st.sampled_from(DESCRIPTIONS)
    .flatmap(lambda sdp: bent(sdp.encode()))
    .map(lambda data: data.decode("utf-8", "replace"))
)
def test_descriptions(sdp: str) -> None:
    reads(dtls_fingerprint, sdp, ProtocolViolation)


@given(st.text() | bent(KEY.public.encode()).map(lambda data: data.decode("latin-1")))
def test_public_keys(text: str) -> None:
    assert is_public_key(text) in (True, False)


@given(st.text() | bent(SEALED.encode()).map(lambda data: data.decode("latin-1")))
@settings(deadline=None)  # a line that is whole again costs a key derivation
def test_sealed_keys(text: str) -> None:
    reads(lambda data: open_key(data, "correct horse"), text, BadKey)


@given(st.binary() | bent(BOOK))
def test_pin_books(data: bytes) -> None:
    reads(lambda data: read_book(data, "pins.json"), data, StorageFailed)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    install(made, KEY)
    return made


@pytest.fixture(scope="module")
def key_file(directory: Path) -> bytes:
    return (directory / KEY_FILE).read_bytes()


@given(st.data())
def test_key_files(directory: Path, key_file: bytes, data: st.DataObject) -> None:
    content = data.draw(st.binary() | bent(key_file))
    (directory / KEY_FILE).write_bytes(content)
    reads(load_or_create, directory, StorageFailed)
    assert (directory / KEY_FILE).read_bytes() == content
