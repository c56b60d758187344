"""How good a call is: the engine's running totals in, once a second a `Quality` out.

Pure: the time is an argument, nothing is asked of the engine. The estimate of opinion is `mos`.
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final

from devcloud.media.control import Quality

SILENCE_DBFS: Final = -96.0
LOSS_WINDOW_S: Final = 10.0
_FULL_SCALE: Final = 32_768.0

BUFFER_LOSS_LOW: Final = 0.02
BUFFER_LOSS_HIGH: Final = 0.04
LOSSY_BUFFER_S: Final = 0.1

OWN_DELAY_MS: Final = 35.0
"""What neither network nor jitter buffer adds: a 20 ms packet and 15 ms of blocks and queues."""

_BEST_R: Final = 93.2
_OPUS_IE: Final = 0.0
_OPUS_BPL: Final = 20.0
_WORST_IE: Final = 95.0


@dataclass(frozen=True)
class Counters:
    """The running totals of a path since it was made. `rtt_s` is None before it was measured."""

    codec: str = ""
    path: str = ""
    packets_received: int = 0
    packets_lost: int = 0
    bytes_received: int = 0
    jitter_s: float = 0.0
    jitter_buffer_delay_s: float = 0.0
    jitter_buffer_emitted: int = 0
    packets_sent: int = 0
    bytes_sent: int = 0
    remote_packets_lost: int = 0
    rtt_s: float | None = None


def mos(*, one_way_ms: float, loss: float, red: bool) -> float:
    """Return an estimate of the mean opinion score, 1 to 4.5, of listening and talking.

    The E-model of ITU-T G.107 (06/2015): R = 93.2 − Idd − Ie,eff, turned into a score by annex B;
    Idd is section 7.4's delay impairment without echo, Ie,eff section 7.5's with BurstR = 1.
    `one_way_ms` is from mouth to ear, `loss` the share (0 to 1) of packets that did not arrive.
    With `red` each block travels twice, so it is lost only with both its packets.

    Limits: G.113 gives no Ie and Bpl for Opus; Ie = 0 and Bpl = 20 were chosen so that the scores
    follow PESQ-WB, measured at 5, 10 and 20 % of independent loss, to about 0.3. The scale is the
    narrowband one, so a perfect wideband call also ends at 4.4. Bursts of loss are judged too
    kindly, and noise, echo and a bad microphone not at all.
    """
    lost = 100.0 * (loss * loss if red else loss)
    impairment = _OPUS_IE + (_WORST_IE - _OPUS_IE) * lost / (lost + _OPUS_BPL)
    return _opinion(_BEST_R - _delay_impairment(one_way_ms) - impairment)


def _delay_impairment(one_way_ms: float) -> float:
    """Return Idd of G.107, equations 7-27 and 7-28."""
    if one_way_ms <= 100.0:
        return 0.0
    x = math.log2(one_way_ms / 100.0)
    return 25.0 * (float((1 + x**6) ** (1 / 6)) - 3 * float((1 + (x / 3) ** 6) ** (1 / 6)) + 2)


def _opinion(r: float) -> float:
    """Return the score of a rating factor: G.107, annex B."""
    if r <= 0:
        return 1.0
    r = min(r, 100.0)
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)


def buffer_floor(loss: float | None, before: float | None) -> float | None:
    """Return the least delay of the jitter buffer in seconds, None for the engine's own choice.

    The second copy of a block (RED) comes 20 ms after the first: on a line that loses much, a
    buffer that waits for it hears more than it costs. Measured at 20 % of loss, PESQ-WB rises by
    0.2 with 100 ms. `before` is what was returned last: between the two limits it stays.
    """
    if loss is None or BUFFER_LOSS_LOW <= loss < BUFFER_LOSS_HIGH:
        return before
    return LOSSY_BUFFER_S if loss >= BUFFER_LOSS_HIGH else None


def dbfs(sum_of_squares: float, samples: int) -> float:
    """Return the RMS level of 16-bit samples in dBFS, SILENCE_DBFS at least."""
    if samples == 0 or sum_of_squares <= 0:
        return SILENCE_DBFS
    rms = math.sqrt(sum_of_squares / samples) / _FULL_SCALE
    return max(SILENCE_DBFS, 20.0 * math.log10(rms))


class Meter:
    """The quality of one path. Ask it about once a second."""

    def __init__(self, call: str, generation: int) -> None:
        self._call = call
        self._generation = generation
        self._past: deque[tuple[float, Counters]] = deque()

    def measure(
        self, now: float, counters: Counters, input_dbfs: float, output_dbfs: float
    ) -> Quality:
        """Return what happened since the last time (`now` in seconds, rising)."""
        before_at, before = self._past[-1] if self._past else (now, counters)
        while len(self._past) > 1 and self._past[1][0] <= now - LOSS_WINDOW_S:
            self._past.popleft()
        oldest = self._past[0][1] if self._past else Counters()
        self._past.append((now, counters))
        elapsed = now - before_at
        rtt_ms = None if counters.rtt_s is None else counters.rtt_s * 1000
        loss = _share(
            counters.packets_lost - oldest.packets_lost,
            counters.packets_received - oldest.packets_received,
        )
        buffered = _buffered_ms(before, counters)
        heard = counters.packets_received > 0
        return Quality(
            call=self._call,
            generation=self._generation,
            rtt_ms=rtt_ms,
            loss=loss,
            remote_loss=_remote_loss(oldest, counters),
            jitter_ms=counters.jitter_s * 1000 if heard else None,
            jitter_buffer_ms=buffered,
            bitrate_in_bps=_rate(counters.bytes_received - before.bytes_received, elapsed),
            bitrate_out_bps=_rate(counters.bytes_sent - before.bytes_sent, elapsed),
            codec=counters.codec,
            path=counters.path,
            mos=_estimate(rtt_ms, buffered, loss, counters.codec),
            input_level_dbfs=input_dbfs,
            output_level_dbfs=output_dbfs,
        )


def _share(lost: int, arrived: int) -> float | None:
    """Return lost of all; late packets can make the engine's count of lost ones fall."""
    lost = max(0, lost)
    return None if lost + arrived <= 0 else lost / (lost + arrived)


def _remote_loss(before: Counters, now: Counters) -> float | None:
    sent = now.packets_sent - before.packets_sent
    if now.rtt_s is None or sent <= 0:
        return None
    return min(1.0, max(0, now.remote_packets_lost - before.remote_packets_lost) / sent)


def _rate(byte_count: int, elapsed_s: float) -> float | None:
    return None if elapsed_s <= 0 else max(0, byte_count) * 8 / elapsed_s


def _buffered_ms(before: Counters, now: Counters) -> float | None:
    emitted = now.jitter_buffer_emitted - before.jitter_buffer_emitted
    if emitted <= 0:
        return None
    return 1000 * max(0.0, now.jitter_buffer_delay_s - before.jitter_buffer_delay_s) / emitted


def _estimate(
    rtt_ms: float | None, buffered_ms: float | None, loss: float | None, codec: str
) -> float | None:
    if loss is None:
        return None
    one_way = OWN_DELAY_MS + (rtt_ms or 0.0) / 2 + (buffered_ms or 0.0)
    return mos(one_way_ms=one_way, loss=loss, red=codec == "opus+red")
