"""What the host tells a running server: who is here, whose name is free again, who is kept out.

Memory first, so that it takes effect at once, then the database; what could not be written is
said. Knows nothing of how the host speaks to the server (`control.py`).
"""

import asyncio
from collections.abc import Callable

from devcloud.directory.blocks import Block, BlockKind, Blocks
from devcloud.model.errors import BadSettings, DevCloudError
from devcloud.model.names import fold_name
from devcloud.server.blocking import parse_block
from devcloud.server.hall import Hall
from devcloud.server.happenings import Happening, Here
from devcloud.server.legacy2023 import Doorway2023
from devcloud.server.store import Written


class Host:
    """The host's hand on a running server. Each returns what is told to the host."""

    def __init__(self, hall: Hall, doorway: Doorway2023) -> None:
        self._hall = hall
        self._doorway = doorway

    async def users(self, _: str) -> dict[str, object]:
        """Return who is online: folded names."""
        return {"online": sorted(self._hall.people.names())}

    async def release(self, name: str) -> dict[str, object]:
        """Free a name. Raises BadSettings `account_unknown`, StorageFailed."""
        hall = self._hall
        if hall.accounts.find(name) is None and not hall.people.devices_of(name):
            raise BadSettings("account_unknown", name=name[:64])
        hall.accounts.release(name)
        closed = self._throw_out(Block(BlockKind.NAME, fold_name(name)), "released")
        await _stored(lambda written: hall.store.release(name, written))
        return {"closed": closed}

    async def block(self, what: str) -> dict[str, object]:
        """Keep somebody out. Raises BadName, StorageFailed."""
        block = parse_block(what)
        self._hall.blocks.add(block)
        closed = self._throw_out(block, "blocked")
        await _stored(lambda written: self._hall.store.block(block, written))
        return {"kind": block.kind.value, "closed": closed}

    async def unblock(self, what: str) -> dict[str, object]:
        """Let somebody in again. Raises BadName, BadSettings `block_unknown`, StorageFailed."""
        block = parse_block(what)
        if not self._hall.blocks.has(block):
            raise BadSettings("block_unknown", what=what[:64])
        self._hall.blocks.remove(block)
        await _stored(lambda written: self._hall.store.unblock(block, written))
        return {"kind": block.kind.value}

    # ── for a window of the same process ─────────────────────────────────────────────────────────

    def everyone(self) -> tuple[Here, ...]:
        """Return everybody who is connected: a line per device."""
        talking = {fold_name(name) for pair in self._hall.calls.talking() for name in pair}
        return tuple(
            Here(
                name=member.name,
                address=member.handle.address,
                kind=member.kind,
                status=member.status,
                in_call=member.folded in talking,
            )
            for member in self._hall.people.devices()
        )

    @property
    def calls(self) -> int:
        """How many calls were answered and go on."""
        return len(self._hall.calls.talking())

    def watch(self, tell: Callable[[Happening], None]) -> None:
        """Have `tell` called on the loop with everything that happens; it must not raise."""
        self._hall.tell = tell

    def disconnect(self, name: str) -> int:
        """Close the connections of a name, which may come back; return how many there were."""
        return self._throw_out(Block(BlockKind.NAME, fold_name(name)), "disconnected")

    def take_2023(self, taking: bool) -> None:
        """Take programs of 2023 from now on, or none any more."""
        self._doorway.take(taking)

    def _throw_out(self, block: Block, code: str) -> int:
        blocks = Blocks((block,))
        return self._doorway.throw_out(blocks) + self._hall.throw_out(blocks, code)


async def _stored(ask: Callable[[Written], None]) -> None:
    """Wait until the database has it. Raises StorageFailed."""
    answer: asyncio.Future[DevCloudError | None] = asyncio.get_running_loop().create_future()

    def written(failure: DevCloudError | None) -> None:
        if not answer.done():
            answer.set_result(failure)

    ask(written)
    if failure := await answer:
        raise failure
