"""Firefox, as far as a test needs it: started with a profile of its own, and driven by WebDriver
BiDi (W3C Working Draft), which it speaks by itself."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from devcloud.net.processes import see_end

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
START_S = 60.0
ANSWER_S = 60.0
WAIT_S = 60.0
STOP_S = 10.0
PREFERENCES: dict[str, object] = {
    # A microphone that plays a tone, and may be used without asking.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "intl.locale.requested": "en-US",
    # Nothing from elsewhere.
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
_LISTENS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._asked = 0
        self._tab = ""

    async def begin(self) -> None:
        """Open the session, in which a server's own certificate is good enough."""
        wanted = {"alwaysMatch": {"acceptInsecureCerts": True}}
        await self._ask("session.new", capabilities=wanted)
        tree = await self._ask("browsingContext.getTree")
        self._tab = tree["contexts"][0]["context"]

    async def open(self, address: str) -> None:
        """Open a page and wait until it is loaded."""
        await self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    async def do(self, script: str) -> Any:
        """What an expression of JavaScript is, once it is settled. It must be one of JSON."""
        answer = await self._ask(
            "script.evaluate",
            expression=f"Promise.resolve({script}).then((it) => JSON.stringify(it ?? null))",
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        assert answer["type"] == "success", answer.get("exceptionDetails", {}).get("text")
        return json.loads(answer["result"]["value"])

    async def until(self, script: str) -> Any:
        """What an expression is, as soon as it is true."""
        try:
            async with asyncio.timeout(WAIT_S):
                while not (found := await self.do(script)):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            shown = await self.do("document.body.innerText")
            raise AssertionError(f"in vain: {script}\n{shown}") from None
        return found

    async def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        await self._socket.send_json({"id": self._asked, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_S):
            while (answer := await self._socket.receive_json()).get("id") != self._asked:
                pass  # events, which nobody has asked for
        assert answer["type"] == "success", answer
        return answer["result"]


@asynccontextmanager
async def firefox(profile: Path) -> AsyncIterator[Firefox]:
    """Run Firefox with a new profile."""
    profile.mkdir()
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    assert FIREFOX is not None
    process = await asyncio.create_subprocess_exec(
        FIREFOX, "--headless", "--no-remote", "--remote-debugging-port=0",
        "--profile", str(profile), "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    reading = None
    try:
        async with asyncio.timeout(START_S):
            while not (found := _LISTENS.search(line := await process.stderr.readline())):
                assert line, "Firefox has ended"
        # What else it says must not fill the pipe.
        reading = asyncio.create_task(process.stderr.read(), name="firefox-says")
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{found[1].decode()}/session") as socket,
        ):
            tab = Firefox(socket)
            await tab.begin()
            yield tab
    finally:
        if process.returncode is None:
            process.terminate()
        await see_end(process, STOP_S)
        if reading is not None:
            await reading
