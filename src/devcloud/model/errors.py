"""The tree of errors.

    DevCloudError                something a person can read and act on
    ├── LocalError               this machine, this program, its settings or its person
    │   ├── BadName              not a name
    │   ├── BadSettings          an option, a variable or a line of config.toml
    │   ├── BadSound             a sound file or block that cannot be played
    │   ├── StorageFailed        a file or directory that cannot be read or written
    │   ├── BadKey               a sealed key that cannot be opened
    │   ├── AlreadyRunning       another program holds the data directory or the port
    │   └── MediaFailed          the media process or a sound device
    └── RemoteError              the server or the other person's program
        ├── Unreachable          no server, or not one of ours
        ├── Refused              the server said no, and why
        ├── Untrusted            the other side did not show that it is who it says
        └── ProtocolViolation    a message outside the protocol

Each has a stable `code` and the values its sentence needs; the sentences, in French and English,
are `errors.<code>` in the catalogue (`devcloud.model.texts`). A broken invariant is none of these:
it is a bug and fails as `AssertionError` or `RuntimeError`.
"""

from typing import ClassVar

from devcloud.model.texts import Language, Value, knows, say


class DevCloudError(Exception):
    """Base of all. `exit_code` is what a command ends with (2 critical, 1 warning, 3 unknown)."""

    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, /, **values: Value) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    def text(self, language: Language = Language.ENGLISH) -> str:
        """Return what happened and what to do, in one or two sentences."""
        return say(f"errors.{self.code}", language, **self.values)

    def __str__(self) -> str:
        return self.text()


class LocalError(DevCloudError):
    """Something on this side: nobody else is to blame."""

    exit_code = 2


class BadName(LocalError):
    """Not a name. Raised before anything is sent."""


class BadSettings(LocalError):
    """An option, an environment variable or a line of `config.toml` that makes no sense."""


class BadSound(LocalError):
    """A sound that cannot be played: not WAV, empty, cut off, or blocks of the wrong size."""


class StorageFailed(LocalError):
    """A file or directory that cannot be read or written: permissions, a full disk."""


class BadKey(LocalError):
    """A sealed key that cannot be opened: not one of ours, damaged, or another passphrase."""


class AlreadyRunning(LocalError):
    """Another program holds the data directory or the port."""


class MediaFailed(LocalError):
    """The media process or a sound device does not work."""


class RemoteError(DevCloudError):
    """Something on the other side of a wire."""

    exit_code = 2


class Unreachable(RemoteError):
    """No server at that address, or something that is not a DevCloud server."""


class Refused(RemoteError):
    """The server said no. `code` is the server's own, and so is the sentence where this program
    is too old to have one."""

    def text(self, language: Language = Language.ENGLISH) -> str:
        """Return our sentence for the code; the server's own where we have none."""
        theirs = self.values.get("text")
        return (
            str(theirs) if theirs and not knows(f"errors.{self.code}") else super().text(language)
        )


class Untrusted(RemoteError):
    """The other side did not show that it is who it says. No voice is played or sent."""


class ProtocolViolation(RemoteError):
    """A message that is outside the protocol. It is dropped; what sent it may be cut off."""
