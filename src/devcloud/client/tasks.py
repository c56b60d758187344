"""Tasks with a name and an owner, for programs that stand on this library."""

from devcloud.net.tasks import Tasks

__all__ = ["Tasks"]
