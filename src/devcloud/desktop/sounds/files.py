"""Sounds as WAV files in a directory of the program, written the first time one is wanted."""

import os
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from devcloud.desktop.sounds.recipes import NAMES, samples
from devcloud.desktop.sounds.synthesis import RATE

RECIPES_EDITION = 1  # change it with the recipes: a file of an older edition is then left alone


def path(name: str, directory: Path) -> Path:
    """Return the WAV file of the sound `name` in `directory` (48 kHz, mono, 16 bits).

    It is written beside its place and moved there, so that no half of a file is ever played.

    Raises KeyError for an unknown name, OSError when the directory cannot be written.
    """
    if name not in NAMES:
        raise KeyError(name)
    file = directory / f"{name}-{RECIPES_EDITION}.wav"
    if file.exists():
        return file
    sound = np.round(samples(name) * 32_767).astype(np.int16)
    directory.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=directory, suffix=".wav")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            soundfile.write(stream, sound, RATE, subtype="PCM_16", format="WAV")
        Path(unfinished).replace(file)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return file
