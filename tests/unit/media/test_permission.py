"""A device that the system does not let this program have."""

import pytest

from devcloud.media.devices import _is_forbidden

ALSA = 8


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (("Unanticipated host error", -9999, (ALSA, -13, "Permission denied")), True),
        (("Unanticipated host error", -9999, (ALSA, -1, "?")), True),
        (("Unanticipated host error", -9999, (ALSA, 0, "permission denied by user")), True),
        (("Unanticipated host error", -9999, (ALSA, -16, "Device or resource busy")), False),
        (("Invalid number of channels", -9998), False),
        (("No such thing", 1, None), False),
        ((), False),
    ],
)
def test_who_says_no(arguments: tuple[object, ...], forbidden: bool) -> None:
    assert _is_forbidden(Exception(*arguments)) is forbidden
