"""Print who is online, and again whenever somebody comes or goes.

python examples/who_is_online.py devcloud://127.0.0.1:10000 Observer
"""

import asyncio
import sys

import devcloud


async def main(server: str, name: str) -> None:
    # An observer sees who is there, is seen by nobody, and needs no sound.
    async with devcloud.connect(server, name=name, observer=True) as me:
        async for people in me.people():
            print(", ".join(person.name for person in people) or "nobody", flush=True)


asyncio.run(main(*sys.argv[1:3]))
