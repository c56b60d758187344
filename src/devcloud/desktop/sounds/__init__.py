"""The sounds of the interface, made by our own sums: no recording is shipped.

    file = sounds.path("clearing", directory)  # writes the WAV the first time

`synthesis.py` makes tones and mallet notes, `recipes.py` says which make which sound, `files.py`
keeps them on disk. Nothing here plays anything: that is the work of whoever has a loudspeaker.
"""

from devcloud.desktop.sounds.files import path
from devcloud.desktop.sounds.recipes import NAMES, REPEATING, samples

__all__ = ["NAMES", "REPEATING", "path", "samples"]
