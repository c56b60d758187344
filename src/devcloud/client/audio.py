"""What a program does with the sound of a call: files, devices, and blocks of its own.

    call.audio.play("hello.wav"); await call.audio.played()
    call.audio.record("heard.wav")
    async for block in call.audio.blocks(): await call.audio.write(block)

Choices made before the media is open, or before it had to be started again, are kept and ordered
anew; a file then goes on where it was. Where nothing was chosen, the client's defaults hold, once
the person takes part: from dialling on, or from accepting.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from devcloud.client.equipment import AudioDefaults
from devcloud.client.feed import Feed
from devcloud.client.notices import Levels
from devcloud.media import control
from devcloud.media.files import check_header
from devcloud.model.errors import BadSound

BLOCK_S = 0.01
AHEAD_S = 0.1
"""How far a program may write ahead of the clock."""
MOST_BLOCKS = 200
"""Two seconds: what is heard and not taken out is forgotten, the oldest first."""


class CallAudio:
    """The sound of one call. Made by the client; read `ClientCall.audio`."""

    def __init__(self, call: str, order: Callable[[control.Order], None]) -> None:
        self._call = call
        self._order = order
        self._open = False
        self._source: control.Source = control.Silence()
        self._source_chosen = False
        self._speaker: tuple[bool, str] = (False, "")
        self._speaker_chosen = False
        self._defaults: AudioDefaults | None = None
        self._takes_part = False
        self._levels: Feed[Levels] = Feed(1, self._report_levels)
        self._recording = ""
        self._recorded_before = False
        self._played = asyncio.Event()
        self._readers: dict[object, deque[bytes]] = {}
        self._news = asyncio.Event()
        self._over = False
        self._written_until = 0.0

    # ── what the other person hears ──────────────────────────────────────────────────────────────

    def play(self, path: str | Path, *, loop: bool = False) -> None:
        """Play a WAV file into the call, from its beginning; it starts when the voice may go out.

        Raises:
            BadSound: the file is missing, not a WAV file, empty. What is wrong beyond its header
                is told as the call's `trouble`.
        """
        check_header(str(path))
        self._use(control.SoundFile(path=str(Path(path).absolute()), loop=loop))

    async def played(self) -> None:
        """Return when the file has been played to its end, another source has taken its place, or
        the call is over."""
        await self._played.wait()

    @property
    def uses_microphone(self) -> bool:
        """Whether a microphone is what the other person hears."""
        return isinstance(self._source, control.Microphone)

    @property
    def uses_speaker(self) -> bool:
        """Whether what is heard is played on a device."""
        return self._speaker[0]

    def microphone(self, device: str = "") -> None:
        """Send a microphone, by its name or the system's own."""
        self._use(control.Microphone(device=device))

    def echo(self, delay_s: float = 0.0) -> None:
        """Send back what is heard, so much later."""
        self._use(control.Echo(delay_s=delay_s))

    def silence(self) -> None:
        """Send nothing."""
        self._use(control.Silence())

    async def write(self, pcm: bytes) -> None:
        """Send sound of the program's own: 16-bit little-endian mono at 48 kHz, a whole number of
        10 ms blocks (960 bytes each), at most one second. Returns when it is time for more.

        Raises:
            BadSound: `sound_block_size`.
        """
        if not pcm or len(pcm) % control.BLOCK_BYTES or len(pcm) > 100 * control.BLOCK_BYTES:
            raise BadSound("sound_block_size", size=len(pcm))
        if not isinstance(self._source, control.Program):
            self._use(control.Program())
        clock = asyncio.get_running_loop()
        self._written_until = max(self._written_until, clock.time())
        if self._open:
            self._order(control.Play(call=self._call, pcm=pcm))
        self._written_until += len(pcm) / control.BLOCK_BYTES * BLOCK_S
        ahead = self._written_until - clock.time() - AHEAD_S
        if ahead > 0:
            await asyncio.sleep(ahead)

    # ── what is heard ────────────────────────────────────────────────────────────────────────────

    def speaker(self, device: str = "", *, on: bool = True) -> None:
        """Play what is heard on a device, by its name or the system's own; or no longer."""
        self._speaker = (on, device)
        self._speaker_chosen = True
        if self._open:
            self._order(control.UseSpeaker(call=self._call, on=on, device=device))

    def record(self, path: str | Path | None) -> None:
        """Write what is heard to a WAV file (16 bit, 48 kHz, mono); None stops.

        Raises:
            BadSound: `recording_not_writable`.
        """
        if path is None:
            self._recording = ""
        else:
            target = Path(path).absolute()
            if target.is_dir() or not target.parent.is_dir():
                raise BadSound("recording_not_writable", detail=str(path))
            self._recording = str(target)
        self._recorded_before = False
        if self._open:
            self._record()

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield what is heard, in 10 ms blocks of 16-bit little-endian mono at 48 kHz, until the
        call is over. What is not taken out within two seconds is forgotten. Several may read; each
        gets every block."""
        reader = object()
        heard = self._readers[reader] = deque(maxlen=MOST_BLOCKS)
        self._report_voice()
        try:
            while True:
                while heard:
                    yield heard.popleft()
                if self._over:
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            del self._readers[reader]
            if not self._readers:
                self._report_voice()

    def levels(self) -> AsyncIterator[Levels]:
        """Yield how loud it is, 20 times a second, until the call is over; see `Levels`. Whoever
        is late gets the newest only."""
        return self._levels.read()

    # ── for the client ───────────────────────────────────────────────────────────────────────────

    def use_defaults(self, defaults: AudioDefaults | None, *, takes_part: bool) -> None:
        """Use these devices where none were chosen, as soon as the person takes part: nobody's
        microphone is opened because somebody calls."""
        if (defaults, takes_part) == (self._defaults, self._takes_part):
            return
        self._defaults, self._takes_part = defaults, takes_part
        if defaults is None or not takes_part:
            return
        source = control.Microphone(device=defaults.microphone)
        if not self._source_chosen and source != self._source:
            self._source = source
            if self._open:
                self._order(control.UseSource(call=self._call, source=source))
        speaker = (True, defaults.speaker)
        if not self._speaker_chosen and speaker != self._speaker:
            self._speaker = speaker
            if self._open:
                self._order(control.UseSpeaker(call=self._call, on=True, device=defaults.speaker))

    def opened(self, call: str) -> None:
        """The media knows the call (perhaps again, perhaps under another id): order everything."""
        self._call = call
        self._open = True
        self._order(control.UseSource(call=call, source=self._source))
        if self._speaker[0]:
            self._order(control.UseSpeaker(call=call, on=True, device=self._speaker[1]))
        if self._recording:
            self._record()
        if self._readers:
            self._report_voice()
        if self._levels.wanted:
            self._report_levels(True)

    def reported(self, report: control.Report) -> None:
        """The media has news of this call's sound."""
        if isinstance(report, control.Heard):
            for at in range(0, len(report.pcm), control.BLOCK_BYTES):
                for heard in self._readers.values():
                    heard.append(report.pcm[at : at + control.BLOCK_BYTES])
            self._news.set()
        elif isinstance(report, control.Levels):
            self._levels.put(Levels(report.input_dbfs, report.output_dbfs))
        elif isinstance(report, control.SourceEnded):
            self._source = control.Silence()
            self._played.set()
        elif isinstance(report, control.SourceAt) and isinstance(self._source, control.SoundFile):
            self._source = control.SoundFile(
                path=self._source.path, from_s=report.at_s, loop=self._source.loop
            )

    def closed(self) -> None:
        """The call is over."""
        self._open = False
        self._over = True
        self._played.set()
        self._news.set()
        self._levels.close()

    def _use(self, source: control.Source) -> None:
        self._source = source
        self._source_chosen = True
        if isinstance(source, control.SoundFile) and not self._over:
            self._played.clear()
        else:
            self._played.set()
        if self._open:
            self._order(control.UseSource(call=self._call, source=source))

    def _report_voice(self) -> None:
        if self._open:
            self._order(control.ReportVoice(call=self._call, on=bool(self._readers)))

    def _report_levels(self, on: bool) -> None:
        if self._open:
            self._order(control.ReportLevels(call=self._call, on=on))

    def _record(self) -> None:
        self._order(
            control.Record(call=self._call, path=self._recording, append=self._recorded_before)
        )
        self._recorded_before = True
