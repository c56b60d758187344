"""Two people in one program: Marc calls John, both speak for a while, one hangs up.

python examples/two_party_call.py devcloud://127.0.0.1:10000 Marc John
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import devcloud


async def answer(me: devcloud.Client) -> None:
    """Take one call and stay in it to its end."""
    async for call in me.incoming():
        print(f"{me.name}: {call.peer} calls")
        await call.accept()
        print(f"{me.name}: the call is over, {await call.ended()}")
        return


async def main(server: str, caller: str, callee: str) -> None:
    # Each person has a key and a data directory of their own.
    with tempfile.TemporaryDirectory() as data:
        async with (
            devcloud.connect(server, name=caller, data=Path(data) / "caller") as marc,
            devcloud.connect(server, name=callee, data=Path(data) / "callee") as john,
        ):
            answering = asyncio.create_task(answer(john))
            call = await marc.call(callee)
            status = await call.connected()
            print(f"{caller}: talking to {call.peer}, encrypted: {status.encrypted}")
            await asyncio.sleep(1)
            await call.hang_up()
            await answering


asyncio.run(main(*sys.argv[1:4]))
