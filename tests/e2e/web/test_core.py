"""The browser client without its pages, in Chromium: it calls and is called, comes back after a
reload, hangs up by being closed, and is not taken in by a server that lies."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from tests.e2e.web.conftest import be_patient, until
from tests.ports import free_port

import devcloud
from devcloud.call.states import State
from devcloud.directory.members import Member
from devcloud.net.http import Peer
from devcloud.net.websocket import WebSocket
from devcloud.server.app import DevCloudServer
from devcloud.server.session import Session
from devcloud.server.settings import ServerSettings
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.codec import encode
from devcloud.wire.signalling.messages import LONGEST_MESSAGE, CallMessage
from devcloud.wire.websocket.frames import text_frame

playwright = pytest.importorskip("playwright.async_api")
CHROMIUM = os.environ.get("DEVCLOUD_CHROMIUM") or shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("needs Chromium (apt-get install chromium)", allow_module_level=True)

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT_S = 60.0
"""How long anything may take before a test gives up: no test is about time."""
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip

OPEN = """async ([name, more]) => {
  const { Client } = await import('/client.js');
  const { openStore } = await import('/store.js');
  const plain = { echoCancellation: false, noiseSuppression: false, autoGain: false };
  const store = await openStore();
  const options = { name, store, language: 'en', media: plain, ...more };
  const client = (window.client = await Client.open(options));
  window.told = [];
  for (const type of ['rang', 'missed', 'warning', 'failed'])
    client.addEventListener(type, ({ detail }) => {
      window.told.push([type, detail.code ?? detail.reason ?? detail.peer]);
      if (type === 'rang') window.call = detail;
    });
  window.call = [...client.calls.values()][0];
}"""


class LyingSession(Session):
    """Passes on what the test makes of a message."""

    __slots__ = ()

    def _relay(self, member: Member, message: CallMessage) -> None:
        lie = self._hall.liar.lie
        if lie is None:
            super()._relay(member, message)
            return
        for each in lie(msgspec.structs.replace(message, from_=member.name, device=member.device)):
            frame = text_frame(encode(each))
            for other in self._hall.people.reach(each.to, each.to_device, each.not_device):
                other.handle.send_frame(frame)


class LyingServer(DevCloudServer):
    """Honest until `lie` is set."""

    lie: Callable[[CallMessage], Iterable[CallMessage]] | None = None

    def _open_websocket(
        self, transport: asyncio.Transport, peer: Peer, answer: bytes
    ) -> WebSocket | None:
        self.hall.liar = self
        transport.write(answer)
        ws = WebSocket(transport, self._turn_end, longest=LONGEST_MESSAGE, now=self.hall.now())
        LyingSession(self.hall, ws, peer)
        return ws


class Tab:
    """A page that has the client and nothing else."""

    def __init__(self, page: Any) -> None:
        self.page = page

    async def sign_in(self, name: str, **more: object) -> "Tab":
        await self.page.evaluate(OPEN, [name, more])
        return self

    async def until(self, holds: str) -> Any:
        """What `holds` (JavaScript) is, as soon as it is true."""
        return await until(self.page, holds)

    async def do(self, what: str) -> Any:
        return await self.page.evaluate(what)


class Stage:
    """A server, a browser, and John, whose program is not one."""

    def __init__(self, stack: AsyncExitStack, browser: Any, data: Path) -> None:
        self._stack = stack
        self._browser = browser
        self._data = data
        self._port = free_port()
        self.server: LyingServer

    async def start(self) -> None:
        settings = ServerSettings(data=self._data / "server", host="127.0.0.1", port=self._port)
        self.server = LyingServer(settings)
        await self.server.__aenter__()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def person(self, name: str) -> devcloud.Client:
        address = f"devcloud://127.0.0.1:{self.server.port}/?pin={self.server.certificate.pin}"
        return await self._stack.enter_async_context(
            devcloud.connect(address, name=name, data=self._data / name.lower())
        )

    async def browser(self, *, tls: bool = False) -> Callable[[], Awaitable[Tab]]:
        """A browser of somebody's own: each call opens another tab in it. With `tls`, one in which
        they have said that the server's own certificate is right."""
        context = await self._browser.new_context(ignore_https_errors=tls)
        context.set_default_timeout(1000 * WAIT_S)
        self._stack.push_async_callback(context.close)

        async def tab() -> Tab:
            page = await context.new_page()
            origin = self.origin.replace("http:", "https:") if tls else self.origin
            await page.goto(f"{origin}/words/en.txt")
            return Tab(page)

        return tab

    async def ring(self, tab: Tab, who: devcloud.Client) -> devcloud.ClientCall:
        """The page calls somebody; return the call that rings there."""
        await tab.until(f"client.people.some(({{ name }}) => name === '{who.name}')")
        await tab.do(f"(window.call = client.call('{who.name}')).id")
        async with asyncio.timeout(WAIT_S):
            return await anext(who.incoming())


async def talk(tab: Tab, theirs: devcloud.ClientCall) -> None:
    """Somebody takes the page's call; both hear each other and have the words."""
    await theirs.accept()
    async with asyncio.timeout(WAIT_S):
        await theirs.connected()
        async for status in theirs.events():
            if status.safety_words:
                break
    await tab.until("call.state === 'active' && call.safetyWords.length === 4")


async def ended(call: devcloud.ClientCall) -> str:
    async with asyncio.timeout(WAIT_S):
        return str(await call.ended())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium(sound: SimpleNamespace) -> AsyncIterator[Any]:
    microphone = f"--use-file-for-fake-audio-capture={sound.marc}"
    async with playwright.async_playwright() as engine:
        yield await engine.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, microphone], timeout=1000 * WAIT_S
        )


@pytest_asyncio.fixture(loop_scope="module")
async def stage(chromium: Any, tmp_path: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        stage = Stage(stack, chromium, tmp_path)
        await stage.start()
        try:
            yield stage
            await stack.aclose()
        finally:
            await stage.server.__aexit__(None, None, None)


async def test_a_page_calls_a_program(stage: Stage, sound: SimpleNamespace, tmp_path: Path) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    theirs.audio.play(sound.john, loop=True)
    await talk(tab, theirs)
    assert await tab.do("call.safetyWords") == list(theirs.status.safety_words)
    assert theirs.status.peer_key == await tab.do("client.ownFingerprint")
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.loud)
    await tab.until("call.levels.outputDbfs > -40 && call.levels.inputDbfs > -40")
    quality = await tab.until(
        "call.quality?.rttMs !== null && call.quality?.mos > 4 && call.quality"
    )
    assert (quality["codec"], quality["path"]) == ("opus+red", "direct")

    await tab.do("call.mute(true)")
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.silent)
    await tab.do("call.mute(false)")
    await tab.do("call.hold(true)")
    await sound.until(theirs, State.HELD)
    await tab.do("call.hold(false)")
    await sound.until(theirs, State.ACTIVE)

    await tab.do("call.confirmWords(true)")
    await tab.until("call.verified && client.pins()[0].verified")
    await tab.do("call.hangUp()")
    assert await ended(theirs) == "completed"
    entry = await tab.until("client.history().then(([first]) => first)")
    assert (entry["peer"], entry["outgoing"], entry["reason"]) == ("John", True, "completed")


async def test_a_program_calls_a_page(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    ours = await john.call("Marc")
    await tab.until("call?.state === 'ringing_in'")
    assert await tab.do("call.ringsUntil - Date.now() > 30000")
    await tab.do("call.accept()")
    async with asyncio.timeout(WAIT_S):
        await ours.connected()
    words = await tab.until("call.safetyWords.length && call.safetyWords")
    assert words == list(ours.status.safety_words)
    await ours.hang_up()
    await tab.until("call.state === 'ended' && call.reason === 'completed'")

    again = await john.call("Marc")
    await tab.until("client.calls.size && call.state === 'connected_before_accepted'")
    await tab.do("call.decline('Later.')")
    assert await ended(again) == "declined"
    assert again.status.text == "Later."


async def test_the_sound_of_a_page(stage: Stage, sound: SimpleNamespace) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    devices = await tab.do("client.media.ask().then(() => client.media.devices())")
    assert devices["microphones"] and all(each["label"] for each in devices["microphones"])
    assert await tab.do("client.media.permission") == "granted"
    await tab.do(
        """client.media.testMicrophone((level) => (window.peak = level))
           .then((stop) => { window.stop = stop; })"""
    )
    await tab.until("window.peak > -40")
    await tab.do("stop()")
    assert await tab.do("client.media.inputDbfs") == -100
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.loud)
        await tab.do("client.media.use({ inputGain: 0 })")
        await sound.hear(theirs, sound.silent)
        await tab.do("client.media.use({ inputGain: 1, noiseSuppression: false })")
        await sound.hear(theirs, sound.loud)
    await tab.do("call.hangUp()")
    await ended(theirs)
    await tab.until("client.media.inputDbfs === -100")


async def test_a_page_without_a_microphone_listens_and_speaks_once_there_is_one(
    stage: Stage, sound: SimpleNamespace
) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.do(
        """(navigator.mediaDevices.getUserMedia = () =>
             Promise.reject(new DOMException('none', 'NotFoundError')), 0)"""
    )
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    theirs.audio.play(sound.john, loop=True)
    await talk(tab, theirs)
    await tab.until("call.trouble?.code === 'device_no_microphone'")
    await tab.until("call.levels.outputDbfs > -40")

    await tab.do(
        """(delete navigator.mediaDevices.getUserMedia,
            navigator.mediaDevices.dispatchEvent(new Event('devicechange')))"""
    )
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.loud)
    await tab.until("call.trouble === null")
    await tab.do("call.hangUp()")
    await ended(theirs)


async def test_a_page_over_tls_signs_where_it_came_from(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser(tls=True))()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    assert await tab.do("call.encrypted")


async def test_a_copy_of_a_tab_is_another_device(stage: Stage) -> None:
    await stage.person("John")
    opened = await stage.browser()
    one = await (await opened()).sign_in("Marc")
    device = await one.do("sessionStorage.getItem('devcloud.device')")
    other = await opened()
    await other.do(f"sessionStorage.setItem('devcloud.device', '{device}')")
    await other.sign_in("Marc")
    assert await other.do("sessionStorage.getItem('devcloud.device')") != device
    assert await one.do("client.connection.online && told.length === 0")


async def test_two_pages_talk(stage: Stage) -> None:
    marc = await (await (await stage.browser())()).sign_in("Marc")
    john = await (await (await stage.browser())()).sign_in("John")
    await marc.until("client.people.length === 1")
    await marc.do("(window.call = client.call('john')).id")
    await john.until("call?.state === 'ringing_in'")
    await john.do("call.accept()")
    for tab in (marc, john):
        await tab.until("call.state === 'active' && call.safetyWords.length === 4")
        await tab.until("call.levels.outputDbfs > -40")
    assert await marc.do("call.safetyWords") == await john.do("call.safetyWords")


async def test_a_page_that_is_loaded_again_goes_on_in_its_call(
    stage: Stage, sound: SimpleNamespace
) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    be_patient(stage.server)
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    words = await tab.do("call.safetyWords")
    for generation in (2, 3):
        await tab.page.reload()
        await tab.sign_in("Marc")
        assert await tab.do("call.peer") == "John"
        await tab.until("call.state === 'active' && call.safetyWords.length === 4")
        assert await tab.do("call.safetyWords") == words
        await sound.until(theirs, State.ACTIVE)
        assert theirs.status.generation >= generation
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.loud)
    left = stage.server.hall.farewells
    assert len(left) == 0, "what the page said when it went is not passed on any more"
    assert theirs.status.state is State.ACTIVE
    await theirs.hang_up()
    await tab.until("call.state === 'ended'")


async def test_closing_the_tab_hangs_up(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    await tab.page.close()
    assert await ended(theirs) == "completed"


async def test_closing_the_tab_stops_the_ringing(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await tab.page.close()
    assert await ended(theirs) == "cancelled"


async def test_two_tabs_are_two_devices_of_one_person(stage: Stage) -> None:
    john = await stage.person("John")
    opened = await stage.browser()
    one = await (await opened()).sign_in("Marc")
    other = await (await opened()).sign_in("Marc")
    assert await one.do("client.ownFingerprint") == await other.do("client.ownFingerprint")
    ours = await john.call("Marc")
    for tab in (one, other):
        await tab.until("call?.state === 'ringing_in'")
    await other.do("call.accept()")
    async with asyncio.timeout(WAIT_S):
        await ours.connected()
    await one.until("call.state === 'ended' && call.reason === 'answered_elsewhere'")
    await other.until("call.state === 'active'")


async def test_a_server_that_starts_again_ends_no_call(
    stage: Stage, sound: SimpleNamespace
) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    await stage.server.__aexit__(None, None, None)
    await tab.until("!client.connection.online && client.connection.nextTryS !== null")
    async with asyncio.timeout(WAIT_S):
        await sound.hear(theirs, sound.loud)
    await stage.start()
    await tab.until("client.connection.online && client.people.length === 1")
    assert await tab.do("call.state") == "active"
    await tab.do("call.hangUp()")
    assert await ended(theirs) == "completed"


async def test_a_name_that_is_taken_is_refused(stage: Stage) -> None:
    await stage.person("John")
    tab = await (await stage.browser())()
    refused = await tab.page.evaluate(
        f"args => ({OPEN})(args).catch((error) => error.code)", ["JOHN", {}]
    )
    assert refused == "name_taken"


# ── a server that lies ───────────────────────────────────────────────────────────────────────────


def edited(kind: type[CallMessage], change: Callable[[dict[str, Any]], None]) -> Any:
    """A lie: each message of this kind is changed on its way."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        if isinstance(message, kind):
            body = json.loads(bytes(message.body))
            change(body)
            message = msgspec.structs.replace(message, body=msgspec.Raw(json.dumps(body).encode()))
        yield message

    return lie


def other_fingerprint(body: dict[str, Any]) -> None:
    text = next(body[key] for key in ("sdp", "offer", "answer") if body.get(key))
    for key in ("sdp", "offer", "answer"):
        if body.get(key):
            lines = text.split("\r\n")
            body[key] = "\r\n".join(
                "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
                if "a=fingerprint" in line
                else line
                for line in lines
            )


def another_setup(body: dict[str, Any]) -> None:
    body["sdp"] = body["sdp"].replace("a=setup:actpass", "a=setup:active")


def unsigned(body: dict[str, Any]) -> None:
    body.pop("signed", None)


@pytest.mark.parametrize(
    "change, code",
    [
        (other_fingerprint, "claim_invalid"),
        (another_setup, "claim_invalid"),
        (unsigned, "claim_missing"),
    ],
)
async def test_an_edited_invitation_never_rings_in_a_page(
    stage: Stage, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    stage.server.lie = edited(messages.Invite, change)
    ours = await john.call("Marc")
    assert await ended(ours) == "untrusted"
    assert await tab.until("told.length && told") == [["warning", code]]
    assert await tab.do("client.calls.size") == 0


@pytest.mark.parametrize(
    "change, code", [(other_fingerprint, "claim_invalid"), (unsigned, "claim_missing")]
)
async def test_an_edited_answer_ends_a_pages_call(
    stage: Stage, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    stage.server.lie = edited(messages.Answer, change)
    theirs = await stage.ring(tab, john)
    await theirs.accept()
    assert await ended(theirs) == "untrusted"
    await tab.until("call.state === 'ended' && call.reason === 'untrusted'")
    assert await tab.do("call.trouble.code") == code
    assert not await tab.do("call.encrypted")


async def test_another_reveal_than_was_promised_ends_a_pages_call(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")

    def other_nonce(body: dict[str, Any]) -> None:
        if body.get("reveal"):
            body["reveal"] = "A" * 43

    stage.server.lie = edited(messages.Update, other_nonce)
    ours = await john.call("Marc")
    await tab.until("call?.state === 'ringing_in'")
    await tab.do("call.accept()")
    await tab.until("call.state === 'ended' && call.trouble?.code === 'commitment_mismatch'")
    assert await ended(ours) == "untrusted"


async def test_a_new_path_that_is_edited_ends_a_pages_call(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    answered = {"done": False}

    def edit_answers(body: dict[str, Any]) -> None:
        if body.get("answer"):
            answered["done"] = True
            other_fingerprint(body)

    stage.server.lie = edited(messages.Update, edit_answers)
    be_patient(stage.server)
    await tab.page.reload()
    await tab.sign_in("Marc")
    await tab.until("call.state === 'ended' && call.trouble?.code === 'claim_invalid'")
    assert answered["done"]
    assert await ended(theirs) == "untrusted"


async def test_another_key_in_the_list_of_people_stops_a_page_before_it_calls(stage: Stage) -> None:
    john = await stage.person("John")
    tab = await (await stage.browser())()
    await tab.sign_in("Marc")
    theirs = await stage.ring(tab, john)
    await talk(tab, theirs)
    await tab.do("call.hangUp()")
    await ended(theirs)
    await tab.until("client.calls.size === 0")
    member = next(iter(stage.server.hall.people.devices_of("John").values()))
    honest, member.key = member.key, "Kay64UG8yvCyLhqU000LxzYeUm0L_hLIl5S8kyKWbdc"
    await tab.page.reload()
    await tab.sign_in("Marc")
    await tab.until("client.people.length === 1")
    refused = """(() => {
      try { client.call('John'); } catch (error) { return [error.code, error.values]; }
    })()"""
    code, values = await tab.do(refused)
    assert code == "key_changed"
    assert values["old"] != values["new"] != ""
    member.key = honest
