"""A port that a test can name before somebody listens there, or leave and come back to."""

import random
import socket

_FIRST, _AFTER = 11_000, 32_000
# The system gives none of these to who asks for any: what is opened meanwhile takes none away.
_PORTS = iter(random.sample(range(_FIRST, _AFTER), _AFTER - _FIRST))


def free_port() -> int:
    """A TCP port of this machine on which nobody listens, another each time."""
    for port in _PORTS:
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port has been given out")
