"""What the tests against 2023 programs share: hosts, programs that end, two people who speak."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.interop.legacy2023 import sound
from tests.interop.legacy2023.hosts import Host, Network

SAID_S = 2.0


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    """Four hosts that reach each other."""
    with Network() as network:
        yield [network.host() for _ in range(4)]


@pytest.fixture
def programs(hosts: list[Host]) -> Iterator[ExitStack]:
    """What the test starts; ended in the reverse order, before the hosts go."""
    assert hosts
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session")
def said() -> dict[str, sound.Sound]:
    """What each says in a call."""
    return {name: sound.speech(f"{name.lower()}.wav", SAID_S) for name in ("Marc", "John")}
