"""The files of `deploy/`: what they start is there, and the service has no right too many."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from devcloud.cli import server
from devcloud.cli.main import parser
from devcloud.model.texts import Language

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
MOST_EXPOSED = 1.5
"""Of systemd's measure: 0 is best, 10 worst."""


def understood(flags: list[str]) -> None:
    """The command takes these flags."""
    parser(Language.ENGLISH, "server", server).parse_args(["server", *flags])


def lines(name: str) -> list[str]:
    text = (DEPLOY / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_the_service_starts_a_server() -> None:
    (start,) = [line for line in lines("devcloud.service") if line.startswith("ExecStart=")]
    program, command, *flags = shlex.split(start.removeprefix("ExecStart="))
    assert (Path(program).name, command) == ("devcloud", "server")
    understood([flag for flag in flags if not flag.startswith("$")])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_the_service_has_no_more_rights_than_said() -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(DEPLOY / "devcloud.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"exposure level for devcloud\.service: ([\d.]+)", told.stdout)
    if found is None:
        pytest.skip(f"this systemd-analyze knows no such thing: {told.stderr[:200]}")
    assert float(found.group(1)) <= MOST_EXPOSED


def test_the_container_is_made_of_what_is_here_and_starts_a_server() -> None:
    copied = [
        source
        for line in lines("Containerfile")
        if line.startswith("COPY ") and "--from=" not in line
        for source in line.split()[1:-1]
    ]
    assert "src" in copied
    assert [source for source in copied if not (ROOT / source).exists()] == []
    (entry,) = [line for line in lines("Containerfile") if line.startswith("ENTRYPOINT ")]
    program, command, *flags = re.findall(r'"([^"]+)"', entry)
    assert (Path(program).name, command) == ("devcloud", "server")
    understood(flags)


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxys_file_says_how_to_start_the_server(name: str) -> None:
    comment = (DEPLOY / name).read_text().replace("\\\n#", " ")
    (start,) = re.findall(r"^# +devcloud server (.+)$", comment, re.MULTILINE)
    understood(shlex.split(start))
