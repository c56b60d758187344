"""Where a client keeps its things unless told otherwise. Looks for nothing and makes nothing."""

from pathlib import Path

import platformdirs


def default_directory() -> Path:
    """Return the platform's own place for a client's data."""
    return Path(platformdirs.user_data_dir("devcloud", appauthor=False)) / "client"
