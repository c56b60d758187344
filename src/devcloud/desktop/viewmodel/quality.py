"""How a call sounds, in words: from the MOS (ITU-T G.107, rating 1 to 5) to «Good», and whether it
has been poor for so long that it should be said. Pure: the moment is an argument.
"""

from collections import deque
from typing import Literal

from devcloud.desktop.happenings import Measured
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.values import QualityView
from devcloud.model.texts import Language, say

LINE_S = 60
POOR_S = 5.0
WORDS: tuple[tuple[float, str, int], ...] = (
    (4.2, "excellent", 4),
    (3.8, "good", 3),
    (3.1, "fair", 2),
    (0.0, "poor", 1),
)
"""From which MOS on, its word and its number of bars."""

_CODECS = {"opus": "Opus", "opus+red": "Opus (RED)"}

Side = Literal["", "here", "there"]


def word_of(mos: float) -> tuple[str, int]:
    """Return the key of the word for a MOS, and how many of four bars."""
    return next((word, level) for least, word, level in WORDS if mos >= least or least == 0.0)


class QualityWatch:
    """One call's figures over the last minute."""

    def __init__(self) -> None:
        self.newest: Measured | None = None
        self._line: deque[float | None] = deque([None] * LINE_S, maxlen=LINE_S)
        self._mos_sum = 0.0
        self._mos_count = 0
        self._poor_since: float | None = None

    def measured(self, figures: Measured, now: float) -> None:
        """New figures, once a second."""
        self.newest = figures
        self._line.append(figures.rtt_ms)
        if figures.mos is None:
            return
        self._mos_sum += figures.mos
        self._mos_count += 1
        if word_of(figures.mos)[0] != "poor":
            self._poor_since = None
        elif self._poor_since is None:
            self._poor_since = now

    def mean_mos(self) -> float | None:
        """Return the mean over the whole call."""
        return self._mos_sum / self._mos_count if self._mos_count else None

    def weak_side(self, now: float) -> Side:
        """Say on whose side a call that has been poor for 5 s is weak.

        The losses of the two directions tell them apart as far as two ends can know: what mostly
        does not arrive here, is ours."""
        if self.newest is None or self._poor_since is None or now - self._poor_since < POOR_S:
            return ""
        return "there" if (self.newest.remote_loss or 0) > (self.newest.loss or 0) else "here"

    def view(self, language: Language) -> QualityView | None:
        """Return what is shown; None before anything has been measured."""
        figures = self.newest
        if figures is None or figures.mos is None:
            return None
        word, level = word_of(figures.mos)
        return QualityView(
            word=say(f"desktop.quality_{word}", language),
            level=level,
            mos_text=say(
                "desktop.quality_mos_of", language, n=wording.decimal(figures.mos, 1, language)
            ),
            rtt_text=_ms(figures.rtt_ms),
            loss_text="–" if figures.loss is None else wording.percent(figures.loss, language),
            jitter_text=_ms(figures.jitter_ms),
            path_text=_path(figures.path, language),
            codec_text=_codec(figures, language),
            rtt_line=tuple(self._line),
        )


def _ms(value: float | None) -> str:
    return "–" if value is None else wording.milliseconds(value)


def _path(path: str, language: Language) -> str:
    if not path:
        return "–"
    return say(f"desktop.path_{'relayed' if path == 'relayed' else 'direct'}", language)


def _codec(figures: Measured, language: Language) -> str:
    if not figures.codec:
        return "–"
    name = _CODECS.get(figures.codec.lower(), figures.codec)
    if figures.bitrate_bps is None:
        return name
    return f"{name}, {wording.decimal(figures.bitrate_bps / 1000, 0, language)} kbit/s"
