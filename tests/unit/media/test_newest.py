"""Of levels that nobody has read, the newest is all that waits: on both sides of the pipe."""

import os

from devcloud.media.control import Levels, Report, SourceEnded
from devcloud.media.frames import report_decoder
from devcloud.media.pipe import ReportWriter
from devcloud.media.process import _Inbox


def levels(call: str, dbfs: float) -> Levels:
    return Levels(call=call, input_dbfs=dbfs, output_dbfs=-96.0)


async def test_in_the_core() -> None:
    inbox = _Inbox()
    for number in range(1_000):
        inbox.put(levels("1", -number / 100))
        inbox.put(levels("2", -50.0))
    inbox.put(SourceEnded(call="1"))
    inbox.close()
    assert [await inbox.take() for _ in range(4)] == [
        levels("1", -9.99), levels("2", -50.0), SourceEnded(call="1"), None
    ]  # fmt: skip
    assert inbox.put(levels("1", -1.0))
    assert await inbox.take() == levels("1", -1.0)


def test_in_the_media_process() -> None:
    reading, writing = os.pipe()
    try:
        # The pipe is full: nothing that is reported goes through at first.
        os.set_blocking(writing, False)
        filled = 0
        try:
            while True:
                filled += os.write(writing, bytes(4096))
        except BlockingIOError:
            os.set_blocking(writing, True)
        writer = ReportWriter(writing)
        writer.report(SourceEnded(call="1"))
        for number in range(1_000):
            writer.report(levels("1", -number / 100))
        while filled:
            filled -= len(os.read(reading, filled))
        writer.close(10.0)
    finally:
        os.close(writing)
    got: list[Report] = []
    decoder = report_decoder()
    while data := os.read(reading, 65_536):
        got += decoder.feed(data)
    os.close(reading)
    # The first may have been on its way already.
    assert got[0] == SourceEnded(call="1")
    assert got[-1] == levels("1", -9.99) and len(got) <= 3
