"""How a command ends that is told to."""

import signal
import subprocess
import sys

import pytest

STUCK = """
import asyncio, time
from devcloud.cli import running
from devcloud.cli.terminal import Terminal
from devcloud.model.texts import Language

async def work(stop):
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 600)
    print("begun", flush=True)
    await stop.wait()
    print("told", flush=True)
    await asyncio.Event().wait()

running.LAST_S = 0.1
running.run_until_interrupted(work, Terminal(Language.ENGLISH, json=False))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C cancels at once there")
def test_the_second_ctrl_c_ends_what_would_not_end() -> None:
    """A thread that asks for an address, say, cannot be cut."""
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True) as it:
        assert it.stdout is not None
        assert it.stdout.readline() == "begun\n"
        it.send_signal(signal.SIGINT)
        assert it.stdout.readline() == "told\n"
        it.send_signal(signal.SIGINT)
        assert it.wait(60) == -signal.SIGTERM
