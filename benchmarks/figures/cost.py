"""CPU time of one side of a call: the client and its media process, everything included.

A whole call of a minute, from calling to hanging up, in which both play a file and record what they
hear. The processes are there already: starting them is paid once, not per call.
"""

import asyncio

from benchmarks.figures.set_up import make_sound
from benchmarks.harness.people import marc_and_john
from benchmarks.harness.processes import BenchmarkFailed
from benchmarks.harness.results import Row, at_most

GOAL_S = 8
_OVERHEAD_S = 40.0


async def measure(quick: bool) -> list[Row]:
    """Have a call and read the clocks of all four processes before and after."""
    seconds = 15.0 if quick else 60.0
    async with marc_and_john() as pair:
        sound = pair.directory / "sound.wav"
        make_sound(sound)
        people = (pair.marc, pair.john)
        during = {"during": "speak", "play": str(sound), "loop": True, "seconds": seconds}
        before = [person.cpu_s() for person in people]
        heard = [str(pair.directory / f"{person.name}.wav") for person in people]
        await pair.john.process.tell(task="answer", record=heard[1], **during)
        await pair.marc.process.tell(task="call", to="John", record=heard[0], **during)
        for person in people:
            said = await person.process.hear(seconds + _OVERHEAD_S)
            if "failed" in said:
                raise BenchmarkFailed(said["failed"])
        await asyncio.sleep(0.2)
        used = [60 / seconds * (p.cpu_s() - b) for p, b in zip(people, before, strict=True)]
    return [
        at_most(f"Cost, CPU s per call-minute, {role}", value, GOAL_S, unit=" s")
        for role, value in zip(("caller", "callee"), used, strict=True)
    ]
