"""What the levels of a call say: who speaks, speech into a closed microphone, a dead microphone.

Pure: levels come in with their moment (seconds of a monotonic clock), and four answers come out.
"""

SPEECH_DBFS = -45.0
DEAD_DBFS = -90.0
"""Below this there is no microphone behind the sound: the quietest room is louder."""
SPOKEN_S = 3.0
PAUSE_S = 1.0
DEAD_S = 10.0
SPEAKING_HOLD_S = 0.4


class Listening:
    """The levels of one call."""

    def __init__(self) -> None:
        self.speaking = False
        """The other person speaks, or has until 0.4 s ago."""
        self.muted_speech = False
        """Somebody has been speaking into a closed microphone for 3 s."""
        self.no_sound = False
        """Nothing at all has come from the open microphone for 10 s."""
        self._heard_at = -1e9
        self._speech_from: float | None = None
        self._speech_at = -1e9
        self._dead_from: float | None = None

    def levels(self, input_dbfs: float, output_dbfs: float, *, is_open: bool, now: float) -> bool:
        """Take new levels; say whether an answer is another one now."""
        before = (self.speaking, self.muted_speech, self.no_sound)
        if output_dbfs > SPEECH_DBFS:
            self._heard_at = now
        self.speaking = now - self._heard_at < SPEAKING_HOLD_S
        self._closed(input_dbfs, now, is_open=is_open)
        self._dead(input_dbfs, now, is_open=is_open)
        return before != (self.speaking, self.muted_speech, self.no_sound)

    def pause(self) -> None:
        """On hold, or no path: nothing counts."""
        self.speaking = self.muted_speech = self.no_sound = False
        self._speech_from = self._dead_from = None

    def _closed(self, level: float, now: float, *, is_open: bool) -> None:
        if level > SPEECH_DBFS:
            self._speech_at = now
            if self._speech_from is None:
                self._speech_from = now
        elif now - self._speech_at > PAUSE_S:
            self._speech_from = None
        if is_open:
            self._speech_from = None
        self.muted_speech = self._speech_from is not None and now - self._speech_from >= SPOKEN_S

    def _dead(self, level: float, now: float, *, is_open: bool) -> None:
        if not is_open or level > DEAD_DBFS:
            self._dead_from = None
        elif self._dead_from is None:
            self._dead_from = now
        self.no_sound = self._dead_from is not None and now - self._dead_from >= DEAD_S
