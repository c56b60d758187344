"""What a server says when it runs is true of what browsers and programs are going to meet."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devcloud.cli.main import main
from devcloud.net.tls import fingerprint_of, pin_in

from .web import Authority

LAST = "Stop the server with Ctrl+C."
COMPARE = "compare the SHA-256 fingerprint"


def told(data: Path, *flags: object) -> str:
    """What it prints until it runs; then it is stopped."""
    program = [sys.executable, "-m", "devcloud", "server", "--language", "en", "--port", "0"]
    with subprocess.Popen(
        [*program, "--host", "127.0.0.1", "--data", str(data), *map(str, flags)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        lines = []
        for line in server.stdout:
            lines.append(line.rstrip())
            if lines[-1] == LAST:
                break
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
    assert server.returncode == 0, err
    assert lines and lines[-1] == LAST
    return "\n".join(lines)


def test_its_own_certificate_is_one_to_compare(tmp_path: Path) -> None:
    said = told(tmp_path)
    assert COMPARE in said
    assert fingerprint_of(pin_in(tmp_path / "certificate.pem")) in said


def test_the_hosts_certificate_makes_no_browser_warn(tmp_path: Path) -> None:
    certificate, key = Authority().issue(tmp_path, "own")
    said = told(tmp_path / "data", "--cert", certificate, "--key", key)
    assert COMPARE not in said
    assert f"?pin={pin_in(certificate)}" in said


def test_the_names_of_the_hosts_certificate_are_those_to_give_out(tmp_path: Path) -> None:
    certificate, key = Authority().issue(tmp_path, "own", "calls.example.org")
    said = told(tmp_path / "data", "--cert", certificate, "--key", key)
    page = next(line.split()[1] for line in said.splitlines() if line.startswith("Open "))
    assert page.startswith("https://calls.example.org:"), said
    place = page.removeprefix("https://").rstrip("/")
    assert f"devcloud://{place}/?pin={pin_in(certificate)}" in said


def test_behind_a_proxy_it_does_not_name_a_certificate_that_nobody_sees(tmp_path: Path) -> None:
    origin = "https://calls.example.org"
    said = told(tmp_path, "--behind-proxy", "--origin", origin)
    assert COMPARE not in said
    assert "Fingerprint" not in said
    assert f"Open {origin}/ in a browser" in said
    assert "--proxy-certificate" in said
    assert "devcloud://" not in said, "a program could not sign in with that link"


def test_behind_a_proxy_whose_certificate_it_knows(tmp_path: Path) -> None:
    certificate, _ = Authority().issue(tmp_path, "proxy")
    flags = ("--behind-proxy", "--origin", "https://calls.example.org")
    said = told(tmp_path / "data", *flags, "--proxy-certificate", certificate)
    link = f"devcloud://calls.example.org:443/?pin={pin_in(certificate)}"
    assert f"call John --name Marc --server '{link}'" in said
    assert fingerprint_of(pin_in(certificate)) in said
    assert COMPARE not in said


def test_behind_a_proxy_whose_address_it_does_not_know(tmp_path: Path) -> None:
    certificate, _ = Authority().issue(tmp_path, "proxy")
    flags = ("--behind-proxy", "--proxy-certificate", certificate)
    said = told(tmp_path / "data", *flags)
    assert "Give that with --origin" in said
    assert "https://" not in said and "devcloud://" not in said, "they would lead past the proxy"


def test_a_proxys_certificate_without_a_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--data", str(tmp_path), "--proxy-certificate", "proxy.pem", "--language", "en"]
    assert main(["server", *flags]) == 2
    assert "give --behind-proxy too" in capsys.readouterr().err
