"""Token buckets on a virtual clock."""

from devcloud.directory.buckets import Bucket, Buckets, Rate

RATE = Rate(per_second=2, burst=3)


def test_a_burst_and_then_the_rate() -> None:
    bucket = Bucket(RATE, now=100)
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(100.4)
    assert bucket.take(100.5)
    assert not bucket.take(100.5)
    assert [bucket.take(200) for _ in range(4)] == [True, True, True, False]


def test_what_costs_more_takes_more_or_nothing() -> None:
    bucket = Bucket(RATE, now=0)
    assert not bucket.take(0, tokens=4)
    assert bucket.take(0, tokens=3)
    assert not bucket.take(0)


def test_a_clock_set_back_gives_nothing_and_takes_nothing() -> None:
    bucket = Bucket(RATE, now=100)
    assert bucket.take(100, tokens=3)
    assert not bucket.take(50)
    assert not bucket.is_full(50)
    assert bucket.take(100.5)


def test_full_again() -> None:
    bucket = Bucket(RATE, now=0)
    assert bucket.is_full(0)
    bucket.take(0)
    assert not bucket.is_full(0.4)
    assert bucket.is_full(0.5)


def test_each_address_has_its_own() -> None:
    buckets: Buckets[str] = Buckets(RATE)
    assert [buckets.take("a", 0) for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b", 0)
    assert buckets.of("a", 0) is buckets.of("a", 9)
    assert len(buckets) == 2


def test_full_ones_are_forgotten_first() -> None:
    buckets: Buckets[int] = Buckets(RATE, most=4)
    for address in range(4):
        buckets.take(address, 0)
    buckets.take(0, 1.4)  # the others are full again
    buckets.take(4, 1.4)
    assert len(buckets) == 2
    assert not buckets.take(0, 1.4, tokens=3)


def test_a_flood_of_addresses_is_bounded() -> None:
    buckets: Buckets[int] = Buckets(RATE, most=100)
    for address in range(10_000):
        buckets.take(address, 0)
        assert len(buckets) <= 100
    # The newest are those remembered: one that floods on is not forgiven.
    buckets.take(9_999, 0, tokens=2)
    assert not buckets.take(9_999, 0)
