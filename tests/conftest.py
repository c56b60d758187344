"""What all tests share: how hypothesis looks for counter-examples; what is left out where Qt does
not load, which `scripts/without-qt` says; and what the collector of garbage need not look at."""

import gc

from hypothesis import HealthCheck, settings

try:
    import PySide6.QtNetwork
    import PySide6.QtWidgets  # noqa: F401
except ImportError:
    collect_ignore = ["unit/desktop", "e2e/desktop"]

# No deadline: on a busy machine a slow example is no failure. The blob replays a failing one.
settings.register_profile(
    "devcloud",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("devcloud")


def pytest_collection_finish() -> None:
    """Thousands of tests and all that they import stay to the end: nobody need look at them again
    and again, which takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
