"""How speech sounds after a bad network: PESQ-WB and STOI, by loss and jitter, both directions.

Two real clients on two hosts (network namespaces) with an impairing link between them. Marc speaks
French, John English, three clips of nine seconds each, recorded by professional speakers. The
network is as bad from the first packet of the call on; what is compared is the mean of all clips.
"""

import asyncio
import os
import statistics
from pathlib import Path

from benchmarks.harness import link, speech
from benchmarks.harness.people import Pair, marc_and_john
from benchmarks.harness.processes import DEBUG, BenchmarkFailed, Process
from benchmarks.harness.results import Row, skipped
from benchmarks.harness.speech import Speech

GOALS = {0.0: 4.2, 0.05: 4.1, 0.10: 3.9, 0.20: 3.5}
JITTER_S = 0.030
JITTER_MAY_COST = 0.3
TAIL_S = 1.5
SEED = 7
_OVERHEAD_S = 60.0


async def measure(quick: bool) -> list[Row]:
    """Have a call per network."""
    if why := link.lacking() or speech.lacking():
        return [skipped("Quality", why)]
    clips = 1 if quick else 3
    networks = [(loss, jitter_s) for jitter_s in (0.0, JITTER_S) for loss in GOALS]
    if quick:
        networks = [networks[0], networks[3], networks[4], networks[7]]
    async with (
        link.two_hosts() as (between, here, there),
        marc_and_john(host=link.ADDRESSES[0], inside=(here, there)) as pair,
    ):
        said = [speech.make_speech(language, pair.directory, clips) for language in ("fr", "en")]
        rows = []
        for loss, jitter_s in networks:
            rows += await _one_network(pair, between, said, loss, jitter_s)
        return rows


async def _one_network(
    pair: Pair, between: Process, said: list[Speech], loss: float, jitter_s: float
) -> list[Row]:
    seed = SEED + round(1000 * loss) + round(10_000 * jitter_s)
    await between.ask(5.0, loss=loss, jitter_s=jitter_s, seed=seed)
    heard = await _one_call(pair, said)
    counted = await between.ask(5.0, loss=0.0, jitter_s=0.0, seed=0)
    scores = await asyncio.gather(
        asyncio.to_thread(speech.compare, said[0], heard["John"]),
        asyncio.to_thread(speech.compare, said[1], heard["Marc"]),
    )
    if DEBUG in os.environ:
        print(loss, jitter_s, counted, scores)
    both = [score for direction in scores for score in direction]
    pesq, stoi = (statistics.mean(score[kind] for score in both) for kind in (0, 1))
    worst = min(score[0] for score in both)
    goal = round(GOALS[loss] - (JITTER_MAY_COST if jitter_s else 0.0), 2)
    lost = counted["lost"] / max(1, counted["lost"] + counted["passed"])
    network = f"{100 * loss:.0f} % loss, {1000 * jitter_s:.0f} ms jitter"
    measured = f"PESQ {pesq:.2f}, worst clip {worst:.2f}, STOI {stoi:.3f}, lost {100 * lost:.1f} %"
    met = round(pesq, 2) >= goal
    return [Row(f"Quality, {network}", measured, f"PESQ {goal}", pesq / goal, f"≥ {goal}", met)]


async def _one_call(pair: Pair, said: list[Speech]) -> dict[str, Path]:
    """Have both speak at once; return what each heard."""
    seconds = max(each.duration_s for each in said) + TAIL_S
    heard = {name: pair.directory / f"{name}.wav" for name in ("Marc", "John")}
    during = {"during": "speak", "seconds": seconds, "linger_s": TAIL_S}
    await pair.john.process.tell(
        task="answer", play=str(said[1].path), record=str(heard["John"]), **during
    )
    await pair.marc.process.tell(
        task="call", to="John", play=str(said[0].path), record=str(heard["Marc"]), **during
    )
    for person in (pair.marc, pair.john):
        answer = await person.process.hear(seconds + _OVERHEAD_S)
        if "failed" in answer:
            raise BenchmarkFailed(answer["failed"])
    return heard
