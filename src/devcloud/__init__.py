"""DevCloud: private voice calls that a team hosts itself.

    async with devcloud.connect("wss://host:10000", name="Marc") as me:
        call = await me.call("John")

`connect` and what it gives are the whole of the library (`devcloud.client.api`); the commands are
made of it.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from devcloud.client.api import CallOver, Client, ClientCall, connect
    from devcloud.client.status import CallStatus

__all__ = ["CallOver", "CallStatus", "Client", "ClientCall", "__version__", "connect"]

_HOMES = {
    "CallOver": "devcloud.client.api",
    "CallStatus": "devcloud.client.status",
    "Client": "devcloud.client.api",
    "ClientCall": "devcloud.client.api",
    "connect": "devcloud.client.api",
}


def __getattr__(name: str) -> Any:
    # The media process and the server import this package too, and need none of the client.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - only when it is asked for

    return getattr(import_module(_HOMES[name]), name)
