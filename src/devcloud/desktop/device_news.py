"""What is told of the devices of a call: one sentence for what happened at once. Pure.

A microphone that is unplugged is gone, is not found any more, and another one is used: the call
tells all three, the person needs the last. Knows no words and no time.
"""

from collections.abc import Iterable
from typing import Final

from devcloud.client.notices import DeviceChanged, DeviceFailed, NoMicrophone, Notice
from devcloud.media.control import DeviceKind

News = tuple[str, tuple[tuple[str, str], ...]]
"""A code of the catalogue (`desktop.notice_<code>` or `errors.<code>`), and what fills it."""

NO_MICROPHONE: Final = "no_microphone"
NO_SPEAKER: Final = "device_no_speaker"
NEITHER: Final = "no_sound_device"
_PASSING: Final = frozenset({"device_gone", "device_not_found", "device_failed"})
"""What happened to a device before another took its place."""
_REFUSING: Final = frozenset({"device_failed", "device_forbidden"})
_LACKING: Final = frozenset({NO_MICROPHONE, NO_SPEAKER, NEITHER})
_WHOLE: Final = frozenset({"device_library_missing", "device_list"})
"""Nothing can be heard or said, and this says why: that there are no devices says less."""


class DeviceNews:
    """The news of one call."""

    def __init__(self) -> None:
        self._missing: set[str] = set()

    def told(self, notices: Iterable[Notice]) -> list[News]:
        """Return what is to be told of notices that came together, the most important last."""
        failed: list[News] = []
        outcome: dict[DeviceKind, News] = {}
        for notice in notices:
            match notice:
                case DeviceChanged(_, _, kind):
                    self._missing.discard(NO_MICROPHONE if kind is DeviceKind.INPUT else NO_SPEAKER)
                    outcome[kind] = _changed(notice, outcome.get(kind))
                case NoMicrophone():
                    self._missing.add(NO_MICROPHONE)
                    outcome[DeviceKind.INPUT] = (NO_MICROPHONE, ())
                case DeviceFailed(code, detail) if code == NO_SPEAKER:
                    self._missing.add(NO_SPEAKER)
                    outcome[DeviceKind.OUTPUT] = (NO_SPEAKER, (("detail", detail),))
                case DeviceFailed(code, detail):
                    failed.append((code, (("detail", detail),)))
        return _summed(failed, self._both(outcome))

    def _both(self, outcome: dict[DeviceKind, News]) -> list[News]:
        """Neither microphone nor speaker is one piece of news, whichever came last."""
        told = [outcome[kind] for kind in (DeviceKind.OUTPUT, DeviceKind.INPUT) if kind in outcome]
        if not any(code in _LACKING for code, _ in told) or len(self._missing) < len(DeviceKind):
            return told
        return [*(each for each in told if each[0] not in _LACKING), (NEITHER, ())]


def _changed(notice: DeviceChanged, before: News | None) -> News:
    """One change of two that came together goes from the first device to the last."""
    values = dict(before[1]) if before else {}
    old = values.get("device", notice.old) if notice.old else notice.old
    which = "microphone" if notice.kind is DeviceKind.INPUT else "speaker"
    code = f"{which}_changed" if old and old != notice.new else "device_used"
    return code, (("device", old or notice.new), ("other", notice.new))


def _summed(failed: list[News], outcome: list[News]) -> list[News]:
    whole = [each for each in failed if each[0] in _WHOLE]
    if whole:
        return [whole[-1]]
    # A device that is gone is always followed by what is used instead; the same again is no news.
    gone = {values for code, values in failed if code == "device_gone"}
    failed = [each for each in failed if each[0] not in _PASSING or each[1] not in gone]
    if any(code not in _LACKING for code, _ in outcome):
        failed = [each for each in failed if each[0] not in _PASSING]
    elif any(code in _REFUSING for code, _ in failed):
        # It is there, but refuses: to say that there is none would send people the wrong way.
        outcome = []
    return [*dict.fromkeys(failed), *outcome]
