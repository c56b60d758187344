"""What is done to the microphone's sound: echo, noise, level, rumble. Blocks in, blocks out.

The work is WebRTC's audio processing module, as livekit ships it, on blocks of 10 ms. It is loaded
with the first `Processor` that has something to do, and never without a microphone. Not for
several threads at once: `played` and `recorded` belong to the clock.
"""

from typing import TYPE_CHECKING, Final

from devcloud.media.control import BLOCK_SAMPLES, SAMPLE_RATE, Processing

if TYPE_CHECKING:
    from livekit.rtc import AudioFrame

USUAL_DELAY_MS: Final = 60
"""From `played` to the ear of the microphone and back; the canceller finds the rest by itself."""


class Processor:
    """One microphone and one speaker. Making one takes up to half a second the first time."""

    def __init__(self, wanted: Processing, delay_ms: int = USUAL_DELAY_MS) -> None:
        from livekit import rtc  # noqa: PLC0415 (only where a microphone is used)

        self._frame = rtc.AudioFrame
        self._echo = wanted.echo_cancellation
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=wanted.echo_cancellation,
            noise_suppression=wanted.noise_suppression,
            auto_gain_control=wanted.gain_control,
            high_pass_filter=wanted.high_pass,
        )
        if self._echo:
            self._module.set_stream_delay_ms(delay_ms)

    def played(self, block: bytes) -> None:
        """Learn what the speaker is about to play: what comes back of it is echo."""
        if self._echo:
            self._module.process_reverse_stream(self._wrap(block))

    def recorded(self, block: bytes) -> bytes:
        """Return the microphone's block with the echo, the noise and the rest taken away."""
        frame = self._wrap(block)
        self._module.process_stream(frame)
        return bytes(frame.data)

    def _wrap(self, block: bytes) -> "AudioFrame":
        return self._frame(bytearray(block), SAMPLE_RATE, 1, BLOCK_SAMPLES)


def make_processor(wanted: Processing) -> Processor | None:
    """Return what does it, or None when nothing is wanted."""
    if not any(
        (
            wanted.echo_cancellation,
            wanted.noise_suppression,
            wanted.gain_control,
            wanted.high_pass,
        )
    ):
        return None
    return Processor(wanted)
