"""How what view-models say of people looks: dots, chips' tones, icons of calls. Only tables."""

from typing import Final

from devcloud.desktop.view.widgets.person import Presence as Dot
from devcloud.desktop.viewmodel.values import Presence, Tone

_DOTS: Final[dict[Presence, Dot]] = {
    "online": "online",
    "busy": "busy",
    "dnd": "dnd",
    "offline": "offline",
    "unknown": "offline",
}
OWN_DOTS: Final[dict[str, Dot]] = {
    "available": "online",
    "do_not_disturb": "dnd",
    "offline": "offline",
}


def shown_presence(presence: Presence) -> Dot:
    """Return the dot of a presence; what nobody knows is hollow."""
    return _DOTS[presence]


def chip_tone(tone: Tone) -> str:
    """Return the chip's tone of what a view-model says."""
    return tone or "neutral"
