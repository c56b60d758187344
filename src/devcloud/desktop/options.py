"""What the command line says to the desktop client."""

from dataclasses import dataclass
from pathlib import Path

from devcloud.model.texts import Language


@dataclass(frozen=True)
class DesktopOptions:
    """What the command line says. `data` is the data directory; `language` None: as the settings
    say; with `server` and `name` both, it connects at once."""

    data: Path
    language: Language | None = None
    server: str = ""
    name: str = ""
