"""Call somebody, play a WAV file to its end, and record what they say.

python examples/play_and_record.py devcloud://127.0.0.1:10000 Marc John hello.wav heard.wav
"""

import asyncio
import sys

import devcloud


async def main(server: str, name: str, peer: str, hello: str, heard: str) -> None:
    async with devcloud.connect(server, name=name) as me:
        call = await me.call(peer)
        call.audio.play(hello)
        call.audio.record(heard)
        try:
            await call.connected()
        except devcloud.CallOver as over:
            print(f"no call: {over.reason}")
            return
        await call.audio.played()
        await call.hang_up()
        print(f"talked for {call.status.duration_s:.1f} s; what was heard is in {heard}")


asyncio.run(main(*sys.argv[1:6]))
