"""The programs with windows as processes: started twice, not answering, hosting, told to end."""

import http.client
import json
import os
import signal
import ssl

import pytest
from tests.e2e.desktop.conftest import Make
from tests.e2e.desktop.person import COMMAND
from tests.e2e.desktop.screen import needs_screen, until

pytestmark = [needs_screen]


def test_a_second_start_brings_the_first_window_to_the_front(person: Make) -> None:
    marc = person("Marc", sound=False)
    first = marc.start()
    window = marc.screen.window("DevCloud")
    # Another program's window lies over it.
    over = marc.run([*COMMAND, "desktop", "--data", str(marc.folder / "other")])
    other = until(
        lambda: [each for each in marc.screen.windows if each.id != window.id], "the other window"
    )[0]
    marc.screen.focus(other)
    assert marc.screen.windows[-1].id == other.id

    second = marc.start()
    out, err = second.communicate(timeout=60)
    assert (second.returncode, out, err) == (0, "", "")
    until(lambda: marc.screen.windows[-1].id == window.id, "the first window in front")
    assert first.poll() is None and over.poll() is None

    # The first stands still: it cannot be reached, and that is said.
    os.kill(first.pid, signal.SIGSTOP)
    try:
        out, _ = (third := marc.start()).communicate(timeout=60)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert third.returncode == 2
    assert str(marc.data) in out and len(out.splitlines()) <= 3

    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    # Whoever comes after it is the first again.
    marc.start()
    until(lambda: len(marc.screen.windows) == 2, "a window again")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_window_serves_and_ends_when_told(person: Make, number: signal.Signals) -> None:
    host = person("Accueil", sound=False)
    program = host.run(
        [
            *(*COMMAND, "server", "--window", "--host", "127.0.0.1", "--port", "0", "--json-logs"),
            *("--data", str(host.folder / "server")),
        ]
    )
    host.screen.window("DevCloud server")
    assert program.stderr is not None
    port = next(
        entry["port"]
        for line in program.stderr
        if (entry := json.loads(line)).get("event") == "started"
    )
    http_connection = http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=60, context=ssl._create_unverified_context()
    )
    http_connection.request("GET", "/healthz")
    assert http_connection.getresponse().status == 200
    http_connection.close()
    program.send_signal(number)
    program.communicate(timeout=60)
    assert program.returncode == 0
    with pytest.raises(OSError):
        http_connection.connect()
