"""Who is kept out."""

import pytest

from devcloud.directory.blocks import Block, BlockKind, Blocks
from devcloud.model.errors import Refused

KEY = "5647 5AA7 5463 474C 0285 DF5D BF2B CAB7"


@pytest.mark.parametrize(
    ("block", "who"),
    [
        (Block(BlockKind.NAME, "marc"), {"name": "Marc"}),
        (Block(BlockKind.KEY, KEY.replace(" ", "")), {"name": "John", "fingerprint": KEY}),
        (Block(BlockKind.ADDRESS, "192.0.2.9"), {"name": "Zoé", "address": "192.0.2.9"}),
    ],
)
def test_by_each_of_the_three(block: Block, who: dict[str, str]) -> None:
    blocks = Blocks([block])
    assert len(blocks) == 1
    with pytest.raises(Refused) as refused:
        blocks.check(**who)
    assert refused.value.code == "blocked"
    blocks.check(name="Marie", fingerprint="0" * 32, address="192.0.2.10")
    blocks.check()
    assert blocks.has(block)
    blocks.remove(block)
    blocks.remove(block)
    assert not blocks.has(block)
    blocks.check(**who)


def test_added_later() -> None:
    blocks = Blocks()
    assert not blocks.holds(name="Marc")
    blocks.add(Block(BlockKind.NAME, "marc"))
    assert blocks.holds(name="MARC")
    assert not blocks.holds(fingerprint="marc", address="marc")
