"""What all tests share: how hypothesis looks for counter-examples."""

from hypothesis import HealthCheck, settings

# No deadline: on a busy machine a slow example is no failure. The blob replays a failing one.
settings.register_profile(
    "devcloud",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("devcloud")
