"""What a host types to keep somebody out, and the table of it."""

from pathlib import Path

import pytest

from devcloud.directory.blocks import Block, BlockKind
from devcloud.identity.keys import SigningKey, fingerprint
from devcloud.model.errors import BadName
from devcloud.server import blocking
from devcloud.server.store import open_database

KEY = SigningKey.from_seed(bytes(range(32))).public
DIGITS = fingerprint(KEY).replace(" ", "")


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Marc", Block(BlockKind.NAME, "marc")),
        (" Straße ", Block(BlockKind.NAME, "strasse")),
        (KEY, Block(BlockKind.KEY, DIGITS)),
        (fingerprint(KEY), Block(BlockKind.KEY, DIGITS)),
        (fingerprint(KEY).lower().replace(" ", ":"), Block(BlockKind.KEY, DIGITS)),
        ("192.0.2.9", Block(BlockKind.ADDRESS, "192.0.2.9")),
        ("::ffff:192.0.2.9", Block(BlockKind.ADDRESS, "192.0.2.9")),
        ("2001:DB8::1", Block(BlockKind.ADDRESS, "2001:db8::1")),
    ],
)
def test_what_is_meant(text: str, block: Block) -> None:
    assert blocking.parse_block(text) == block


def test_none_of_the_three() -> None:
    with pytest.raises(BadName):
        blocking.parse_block("")


def test_kept_once_and_erased(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "db")
    marc, john = (Block(BlockKind.NAME, name) for name in ("marc", "john"))
    with engine.begin() as connection:
        for at, block in enumerate((marc, john, marc)):
            blocking.write(connection, block, float(at))
        assert blocking.load(connection) == [john, marc]
        blocking.erase(connection, john)
        assert blocking.load(connection) == [marc]
