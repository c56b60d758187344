"""Programs of 2023 as a test sees them: orders in, events out, never a wait without an end."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

from tests.interop.legacy2023.hosts import Host

PEER = Path(__file__).with_name("peer.py")
TODAY = Path(__file__).with_name("today.py")
LIBRARY = Path(__file__).with_name("library.py")
DEVCLOUD = "from devcloud.cli.main import run; run()"
PATIENCE_S = 60


class Program:
    """A running `peer.py`, or another program that takes the same orders.

    A context manager: it is ended at the end, whatever happened.
    """

    def __init__(self, host: Host, *arguments: str, program: Path = PEER) -> None:
        self._run(host, [str(program), *arguments, "--bind", host.address])

    def _run(self, host: Host, command: list[str]) -> None:
        self.host = host
        self._process = host.start(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._seen: list[dict[str, Any] | None] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # An order that it did not live to read.
            self._process.stdin.close()

    def order(self, text: str) -> None:
        """Give an order, such as `call John`."""
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def expect(self, event: str) -> dict[str, Any]:
        """Return the next event, which must be `event`."""
        return self.expect_one_of(event)

    def expect_one_of(self, *events: str) -> dict[str, Any]:
        """Return the next event, which must be one of these."""
        try:
            found = self._events.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise AssertionError(f"nothing more of {events} after {self._seen}") from None
        self._seen.append(found)
        assert found is not None, f"ended before {events}"
        assert found["event"] in events, found
        return found

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()

    def ended(self) -> int:
        """Wait for the program's end and return its exit code."""
        return self._process.wait(PATIENCE_S)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)


class Command(Program):
    """The command `devcloud` with `--json`: its only event is `said`, with what it said."""

    def __init__(self, host: Host, *arguments: object) -> None:
        self._run(host, ["-c", DEVCLOUD, *map(str, arguments), "--json"])

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put({"event": "said", **json.loads(line)})
        self._events.put(None)


def todays_server(host: Host, data: Path) -> Program:
    """Start a server of today and wait until it listens."""
    running = Command(host, "server", "--host", host.address, "--join", "open", "--data", data)
    assert running.expect("said")["outcome"] == "running"
    return running


def server(host: Host, program: Path = PEER) -> Program:
    """Start a 2023 server and wait until it listens."""
    running = Program(host, "server", program=program)
    running.expect("listening")
    return running


def client(
    host: Host, at: str, name: str, *, program: Path = PEER, **options: str | Path
) -> Program:
    """Start a 2023 client of the server at `at`; options as `peer.py`'s, with `_` for `-`."""
    extra = [
        word for key, value in options.items() for word in (f"--{key.replace('_', '-')}", value)
    ]
    words = ["client", "--server", at, "--name", name, *map(str, extra)]
    return Program(host, *words, program=program)
