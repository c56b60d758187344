"""Blocks in the database, and what a host may type for one. Knows nothing of sessions."""

import ipaddress
import re

from sqlalchemy import Connection, delete, insert, select

from devcloud.directory.blocks import Block, BlockKind
from devcloud.identity.keys import fingerprint, is_public_key
from devcloud.model.names import fold_name, parse_name
from devcloud.net.addresses import plain_address
from devcloud.server.schema import blocks

_FINGERPRINT = re.compile(r"[0-9A-F]{32}")


def parse_block(text: str) -> Block:
    """Return what `text` keeps out: an IP address, a key (as it is written, or its fingerprint as
    people read it), or else a name.

    Raises:
        BadName: it is none of the three.
    """
    text = text.strip()
    digits = re.sub(r"[ :]", "", text).upper()
    if is_public_key(text):
        return Block(BlockKind.KEY, fingerprint(text).replace(" ", ""))
    if _FINGERPRINT.fullmatch(digits):
        return Block(BlockKind.KEY, digits)
    try:
        return Block(BlockKind.ADDRESS, plain_address(str(ipaddress.ip_address(text))))
    except ValueError:
        return Block(BlockKind.NAME, fold_name(parse_name(text)))


def load(connection: Connection) -> list[Block]:
    """Return everything that is blocked, the oldest first."""
    rows = connection.execute(select(blocks).order_by(blocks.c.since))
    return [Block(BlockKind(row.kind), row.value) for row in rows]


def write(connection: Connection, block: Block, now: float) -> None:
    """Write a block down, or nothing where it is there already."""
    erase(connection, block)
    connection.execute(insert(blocks).values(kind=block.kind.value, value=block.value, since=now))


def erase(connection: Connection, block: Block) -> None:
    """Delete a block, where it is there."""
    same = (blocks.c.kind == block.kind.value, blocks.c.value == block.value)
    connection.execute(delete(blocks).where(*same))
