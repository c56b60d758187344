"""Hosts of their own address on one machine: network namespaces on a bridge, made and taken away.

`Network` needs root and the `ip` command; `why_not()` says what is missing, for a skip.
"""

import os
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from typing import Any, Self


def why_not() -> str:
    """Return why namespaces cannot be made here, or nothing when they can."""
    if shutil.which("ip") is None:
        return "needs the ip command (iproute2)"
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    probe = f"dc23-{uuid.uuid4().hex[:8]}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "delete", probe], capture_output=True, check=False)
    return "" if made.returncode == 0 else "network namespaces are not allowed here"


class Host:
    """A namespace with one address."""

    def __init__(self, namespace: str, address: str) -> None:
        self.namespace = namespace
        self.address = address

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start a program on this host; the caller ends it.

        It goes before the rest of the machine: programs that speak every 64 ms are not to be judged
        by what else is running.
        """
        return subprocess.Popen(
            ["nice", "-n", "-15", "ip", "netns", "exec", self.namespace, *command],
            text=True,
            **options,
        )

    def ip(self, *arguments: str) -> None:
        """Run `ip` on this host."""
        _ip("-n", self.namespace, *arguments)


class Network:
    """Hosts 10.77.0.1, .2, … that reach each other. A context manager: all is gone at its end."""

    def __init__(self) -> None:
        self._prefix = f"dc23-{uuid.uuid4().hex[:8]}"
        self._namespaces: list[str] = []

    def __enter__(self) -> Self:
        self._switch = self._namespace("switch")
        _ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "bridge", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for namespace in self._namespaces:
            _ip("netns", "delete", namespace)

    def host(self) -> Host:
        """Add a host."""
        number = len(self._namespaces)
        host = Host(self._namespace(f"host{number}"), f"10.77.0.{number}")
        _ip(
            *("-n", self._switch, "link", "add", f"port{number}", "type", "veth"),
            *("peer", "name", "eth0", "netns", host.namespace),
        )
        _ip("-n", self._switch, "link", "set", f"port{number}", "master", "bridge", "up")
        host.ip("address", "add", f"{host.address}/24", "dev", "eth0")
        host.ip("link", "set", "eth0", "up")
        host.ip("link", "set", "lo", "up")
        return host

    def _namespace(self, role: str) -> str:
        name = f"{self._prefix}-{role}"
        _ip("netns", "add", name)
        self._namespaces.append(name)
        return name


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
