"""`python -m devcloud.media`: be the media process. The core starts it; nobody else does."""

import os
import signal
import sys

NICE = -11
"""What sound servers use: a block of sound every 10 ms, which waits for nobody."""


def _come_first() -> None:
    """Run before ordinary programs, where the system allows it."""
    try:
        os.nice(NICE)
    except (OSError, AttributeError):
        # Most people may not, and Windows has no such call: it works all the same.
        return


# Ctrl+C goes to the whole group: the core ends first, and closes our input.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# The clock and the engine's threads must not wait 5 ms for the interpreter.
sys.setswitchinterval(0.0005)
_come_first()

from devcloud.media.child import main  # noqa: E402

main()
