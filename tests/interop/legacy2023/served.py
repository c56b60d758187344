"""A server of today, open to whoever comes, as programs of 2023 need it.

served.py server --bind 10.77.0.1 --data DIR
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from devcloud.directory.joining import Join
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings


async def serve(bind: str, data: Path) -> None:
    settings = ServerSettings(data=data, host=bind, join=Join.OPEN)
    async with DevCloudServer(settings):
        sys.stdout.write(json.dumps({"event": "listening"}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["server"])
    parser.add_argument("--bind", required=True)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.bind, options.data))


if __name__ == "__main__":
    main()
