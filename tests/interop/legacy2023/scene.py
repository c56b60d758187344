"""A server and people on hosts of their own, each a program of 2023 or of today."""

from contextlib import ExitStack
from pathlib import Path

from tests.interop.legacy2023 import sound
from tests.interop.legacy2023.hosts import Host
from tests.interop.legacy2023.programs import LIBRARY, Program, client


class Scene:
    """The server is on the first host; `said` is what each says in a call, by name."""

    def __init__(
        self,
        hosts: list[Host],
        programs: ExitStack,
        said: dict[str, sound.Sound],
        directory: Path,
        server: Program,
    ) -> None:
        self.hosts, self.programs, self.said, self.directory = hosts, programs, said, directory
        self.server = programs.enter_context(server)

    def start(self, number: int, name: str, program: Path, **options: str | Path) -> Program:
        """Start somebody's program, without waiting for it."""
        files: dict[str, str | Path] = {}
        if name in self.said:
            files["play"] = sound.write(self.directory / f"{name}.wav", self.said[name])
            files["record"] = self.directory / f"{name}-heard.wav"
        if program is LIBRARY:
            files["data"] = self.directory / name
        at = self.hosts[0].address
        person = client(self.hosts[number], at, name, program=program, **files | options)
        return self.programs.enter_context(person)

    def person(self, number: int, name: str, program: Path, **options: str | Path) -> Program:
        """Start somebody's program and wait until the server knows them."""
        person = self.start(number, name, program, **options)
        person.expect("registered")
        return person

    def heard_by(self, name: str) -> sound.Sound:
        """Return what this person has heard in the last call."""
        return sound.read(self.directory / f"{name}-heard.wav")


def begin(marc: Program, john: Program) -> None:
    """Marc calls John, who takes the call."""
    marc.order("call John")
    assert john.expect("ringing")["name"] == "Marc"
    john.expect("in_call")
    marc.expect("accepted")


def end(ends: Program, other: Program) -> None:
    """End the call from one side and see it end on the other."""
    ends.order("close")
    ends.expect("closed")
    other.expect("closed_by_peer")
