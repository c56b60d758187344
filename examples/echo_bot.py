"""A bot that answers every call and sends back what it hears, one second later.

python examples/echo_bot.py devcloud://127.0.0.1:10000 Echo
"""

import asyncio
import sys

import devcloud


async def main(server: str, name: str) -> None:
    async with devcloud.connect(server, name=name) as me:
        print(f"{me.name} is online", flush=True)
        async for call in me.incoming():
            call.audio.echo(delay_s=1.0)
            await call.accept()
            print(f"{call.peer} calls", flush=True)


asyncio.run(main(*sys.argv[1:3]))
