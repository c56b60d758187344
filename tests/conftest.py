"""What all tests share: how hypothesis looks for counter-examples; and what is left out where Qt
does not load, which `scripts/without-qt` says."""

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
