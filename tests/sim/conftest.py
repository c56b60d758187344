"""What the simulation's tests share."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def uncounted() -> Iterator[None]:
    """Keep coverage out of here: it would cost more than the scenarios, and see nothing new."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)
