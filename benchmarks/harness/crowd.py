"""People who are signed in and say nothing, for as long as this process has an input.

python -m benchmarks.harness.crowd PORT COUNT
"""

import sys

from benchmarks.harness.load import Load, run_load
from benchmarks.harness.socket import new_device, new_key, open_socket, sign_in


async def prepare(port: int, count: int) -> Load:
    """Sign them in, one after the other."""
    here = []
    for index in range(count):
        socket = await open_socket(port)
        await sign_in(socket, f"Salle {index:03}", new_key(), new_device())
        socket.on_message = lambda _message: None
        here.append(socket)

    async def rest(_seconds: float) -> int:
        return len(here)

    return rest


if __name__ == "__main__":
    run_load(lambda: prepare(int(sys.argv[1]), int(sys.argv[2])))
