"""`python -m devcloud.media`: be the media process. The core starts it; nobody else does."""

import signal
import sys

# Ctrl+C goes to the whole group: the core ends first, and closes our input.
signal.signal(signal.SIGINT, signal.SIG_IGN)
# The clock and the engine's threads must not wait 5 ms for the interpreter.
sys.setswitchinterval(0.0005)

from devcloud.media.child import main  # noqa: E402

main()
