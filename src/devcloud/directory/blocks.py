"""Who is kept out: by name, by key, by address. Pure; it knows neither keys nor databases.

A key is known here by its fingerprint without blanks, an address as `net.addresses.plain_address`
writes it.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from devcloud.model.errors import Refused
from devcloud.model.names import fold_name


class BlockKind(StrEnum):
    """By what somebody is kept out."""

    NAME = "name"
    KEY = "key"
    ADDRESS = "address"


class Block(msgspec.Struct, frozen=True):
    """One name (folded), key (fingerprint) or address that is kept out."""

    kind: BlockKind
    value: str


class Blocks:
    """Everything that is kept out."""

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self._blocks = set(blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def add(self, block: Block) -> None:
        """Keep out from now on."""
        self._blocks.add(block)

    def remove(self, block: Block) -> None:
        """Let in again."""
        self._blocks.discard(block)

    def has(self, block: Block) -> bool:
        """Return whether this very one is there."""
        return block in self._blocks

    def holds(self, *, name: str = "", fingerprint: str = "", address: str = "") -> bool:
        """Return whether any of the three is kept out; an empty one never is."""
        return bool(self._blocks) and not self._blocks.isdisjoint(
            (
                Block(BlockKind.NAME, fold_name(name)),
                Block(BlockKind.KEY, fingerprint.replace(" ", "")),
                Block(BlockKind.ADDRESS, address),
            )
        )

    def check(self, *, name: str = "", fingerprint: str = "", address: str = "") -> None:
        """Raise Refused `blocked` where any of the three is kept out."""
        if self.holds(name=name, fingerprint=fingerprint, address=address):
            raise Refused("blocked")
