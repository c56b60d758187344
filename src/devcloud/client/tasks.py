"""Tasks with a name and an owner, and the loop they run on, for programs that stand on this
library."""

from devcloud.net.loops import fast_loop
from devcloud.net.tasks import Tasks

__all__ = ["Tasks", "fast_loop"]
