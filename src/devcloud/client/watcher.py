"""Whom a running client tells of what happens."""

from collections.abc import Callable
from dataclasses import dataclass

from devcloud.call.machine import Call
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.model.errors import DevCloudError
from devcloud.model.records import CallRecord


@dataclass(frozen=True)
class Watcher:
    """Whom the core tells. All are called on the loop."""

    rang: Callable[[Call], None]
    changed: Callable[[Call], None]
    became: Callable[[str, str], None]
    opened: Callable[[str], None]
    reported: Callable[[control.Report], None]
    people: Callable[[], None]
    online: Callable[[bool, float | None], None]
    failed: Callable[[DevCloudError], None]
    distrusted: Callable[[str, DevCloudError], None]
    """Of a call by its id; of nothing, where an invitation was refused before it rang."""
    pinned: Callable[[PinBook], None]
    remembered: Callable[[CallRecord], None]
    refused: Callable[[str, DevCloudError], None]
    """The server would not take what a call said."""
