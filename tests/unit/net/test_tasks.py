"""Tasks: named, owned, logged, and gone when their owner is."""

import asyncio
import logging

import pytest

from devcloud.net.tasks import Tasks, spawn


async def test_a_task_carries_its_owners_name_and_its_own() -> None:
    async with Tasks("owner") as tasks:
        assert tasks.spawn(asyncio.sleep(0), name="nap").get_name() == "owner.nap"
        assert spawn(asyncio.sleep(0), name="other", owner=tasks).get_name() == "owner.other"


async def test_what_it_returns_can_be_awaited() -> None:
    async def answer() -> int:
        return 42

    async with Tasks("owner") as tasks:
        assert await tasks.spawn(answer(), name="answer") == 42


async def test_closing_cancels_and_waits() -> None:
    seen: list[str] = []

    async def works() -> None:
        seen.append("began")
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            seen.append("cleaned up")

    tasks = Tasks("owner")
    tasks.spawn(works(), name="works")
    await asyncio.sleep(0)
    await tasks.aclose()
    assert seen == ["began", "cleaned up"]
    assert len(tasks) == 0


async def test_a_failure_is_logged_and_told(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []
    failed = asyncio.Event()

    async def fails() -> None:
        raise ValueError("broken")

    def on_failure(task: asyncio.Task[object]) -> None:
        told.append(task.get_name())
        failed.set()

    tasks = Tasks("owner", on_failure=on_failure)
    with caplog.at_level(logging.ERROR):
        tasks.spawn(fails(), name="fails")
        await failed.wait()
    assert told == ["owner.fails"]
    assert "owner.fails failed" in caplog.text
    assert "ValueError: broken" in caplog.text
    await tasks.aclose()


async def test_nothing_starts_after_the_end() -> None:
    tasks = Tasks("owner")
    await tasks.aclose()
    with pytest.raises(RuntimeError, match="owner is closed"):
        tasks.spawn(asyncio.sleep(0), name="late")


async def test_one_of_its_own_tasks_may_close_the_owner() -> None:
    tasks = Tasks("owner")
    ended = asyncio.Event()

    async def closes() -> None:
        await tasks.aclose()
        ended.set()

    other = tasks.spawn(asyncio.Event().wait(), name="other")
    tasks.spawn(closes(), name="closes")
    await asyncio.wait_for(ended.wait(), 60)
    assert other.cancelled()


async def test_a_task_that_swallows_one_cancellation_still_ends() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)

    tasks = Tasks("owner")
    task = tasks.spawn(stubborn(), name="stubborn")
    await asyncio.sleep(0)
    await tasks.aclose()
    assert task.done()
