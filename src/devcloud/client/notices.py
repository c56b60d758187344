"""What a call says of its devices and levels while it goes on. Values only."""

from dataclasses import dataclass

from devcloud.media.control import DeviceKind


@dataclass(frozen=True)
class Levels:
    """How loud it is, RMS over 50 ms in dBFS (0 is full scale, −96 is silence). `input_dbfs` is
    measured before muting: it tells somebody who speaks while muted. `output_dbfs` is the other
    side, as it is played."""

    input_dbfs: float
    output_dbfs: float


@dataclass(frozen=True)
class DeviceChanged:
    """Another device is used than before."""

    old: str
    new: str
    kind: DeviceKind


@dataclass(frozen=True)
class DeviceFailed:
    """A device does not work, or is gone. `code` is of the catalogue's `errors.device_*`, and
    `detail` fills its sentence. Another device is tried; `DeviceChanged` says which."""

    code: str
    detail: str


@dataclass(frozen=True)
class NoMicrophone:
    """There is no microphone any more, or none that works: the call goes on, heard but silent, and
    takes the next one that is connected."""


Notice = DeviceChanged | DeviceFailed | NoMicrophone
