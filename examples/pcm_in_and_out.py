"""Make sound and hear sound, sample by sample: a tone in, and how loud the other side is out.

Sound goes in blocks of 10 ms: 480 samples of 16 bit, little-endian, mono, at 48 kHz (960 bytes).

    python examples/pcm_in_and_out.py devcloud://127.0.0.1:10000 Marc John
"""

import asyncio
import sys

import numpy as np

import devcloud


async def speak(call: devcloud.ClientCall) -> None:
    """Send two seconds of a tone, 100 ms at a time; `write` waits until there is room for more."""
    phase = 2 * np.pi * 440 * np.arange(96_000) / 48_000
    pcm = (8_000 * np.sin(phase)).astype("<i2").tobytes()
    for at in range(0, len(pcm), 9_600):
        await call.audio.write(pcm[at : at + 9_600])


async def listen(call: devcloud.ClientCall) -> None:
    """Print the loudest sample of each second, until the call is over."""
    loudest, blocks = 0, 0
    async for block in call.audio.blocks():
        loudest = max(loudest, int(np.abs(np.frombuffer(block, "<i2").astype(int)).max()))
        blocks += 1
        if blocks % 100 == 0:
            print(f"second {blocks // 100}: {loudest}", flush=True)
            loudest = 0


async def main(server: str, name: str, peer: str) -> None:
    async with devcloud.connect(server, name=name) as me:
        call = await me.call(peer)
        await call.connected()
        listening = asyncio.create_task(listen(call))
        await speak(call)
        await call.hang_up()
        await listening


asyncio.run(main(*sys.argv[1:4]))
