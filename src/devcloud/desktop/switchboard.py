"""In the core thread: does what the windows order, with the client, and tells them what happens.

Frozen values come in and go out (`happenings.py`). Knows no Qt, and decides nothing.
"""

import asyncio
import base64
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

from devcloud.client.address import parse_address
from devcloud.client.api import Client, ClientCall, MissedCall, Processing, Status, connect
from devcloud.client.datadir import DataDirectory
from devcloud.client.shared_audio import SharedAudio
from devcloud.client.sound_check import SoundCheck
from devcloud.client.sounds import SoundHandle
from devcloud.client.tasks import Tasks
from devcloud.desktop import happenings as on
from devcloud.desktop import orders, sounds
from devcloud.desktop.callwatch import CallWatch
from devcloud.desktop.translation import devices_are, pinned, somebody
from devcloud.model.errors import DevCloudError, LocalError, MediaFailed
from devcloud.model.presence import Person
from devcloud.model.records import CallKind
from devcloud.model.texts import Language

MOST_WATCHED = 500

T = TypeVar("T")
Tell = Callable[[on.Happening], None]


class Switchboard:
    """The client of the windows: one, or none."""

    def __init__(self, tell: Tell, sound_files: Path) -> None:
        self._tell = tell
        self._sound_files = sound_files
        self._rang: deque[str] = deque(maxlen=64)
        self._lock = asyncio.Lock()
        self._signing: asyncio.Task[object] | None = None
        self._entered: connect | None = None
        self._client: Client | None = None
        self._tasks: Tasks | None = None
        self._calls: dict[str, CallWatch] = {}
        self._sounds: dict[str, SoundHandle] = {}
        self._check: SoundCheck | None = None
        self._checking = asyncio.Lock()
        self._audio = orders.SetAudio()
        self._watched: tuple[str, ...] = ()
        self._pins: tuple[on.Pinned, ...] | None = None
        self._ring_s = 45.0
        self._doings: dict[type, Callable[[Any], Awaitable[object]]] = {
            orders.SignIn: self._sign_in,
            orders.SignOut: self._sign_out,
            orders.RetryNow: self._retry,
            orders.SetStatus: self._set_status,
            orders.Watch: self._watch,
            orders.Search: self._search,
            orders.PlaceCall: self._place,
            orders.AcceptKey: self._accept_key,
            orders.ForgetKey: self._forget_key,
            orders.SetAudio: self._set_audio,
            orders.PlaySound: self._play,
            orders.StopSound: self._stop_sound,
            orders.TestMicrophone: self._test_microphone,
            orders.ListDevices: self._list_devices,
            orders.AcceptServerKey: _accept_server_key,
        }

    async def do(self, order: orders.Order) -> object:
        """Do it, and return the answer. Raises DevCloudError."""
        doing = self._doings.get(type(order))
        return await (self._do_with_call(order) if doing is None else doing(order))

    async def _do_with_call(self, order: orders.Order) -> None:
        call = self._call(getattr(order, "call", ""))
        if call is None:
            return  # it ended a moment ago
        match order:
            case orders.Accept():
                await call.accept()
            case orders.Decline(_, text):
                await call.decline(text)
            case orders.HangUp():
                await call.hang_up()
            case orders.Hold(_, held):
                await call.hold(held)
            case orders.Mute(_, muted):
                await call.mute(muted)
            case orders.ConfirmWords(_, match):
                await call.confirm_words(match=match)
        self._tell_pins()

    async def close(self) -> None:
        """Hang up, say goodbye, and be nobody."""
        self._interrupt()
        async with self._lock:
            await self._leave()
            await self._end_check()

    def _interrupt(self) -> None:
        """Whoever is signing in need not go on."""
        signing, self._signing = self._signing, None
        if signing is not None:
            signing.cancel()

    async def _leave(self) -> None:
        tasks, self._tasks = self._tasks, None
        entered, self._entered = self._entered, None
        self._client = None
        self._calls, self._sounds, self._pins = {}, {}, None
        if entered is not None:
            await entered.__aexit__(None, None, None)
        if tasks is not None:
            await tasks.aclose()

    # ── in and out ───────────────────────────────────────────────────────────────────────────────

    async def _sign_in(self, order: orders.SignIn) -> None:
        self._interrupt()
        async with self._lock:
            await self._enter(order)

    async def _enter(self, order: orders.SignIn) -> None:
        await self._leave()
        await self._end_check()
        self._signing = asyncio.current_task()
        try:
            entering = connect(
                order.address,
                name=order.name,
                data=order.data,
                language=Language(order.language),
                warm_up=order.warm_up,
                only_encrypted=order.only_encrypted,
                legacy_2023=order.legacy_2023,
                call_waiting=True,
                ring_s=order.ring_s,
            )
            client = await entering.__aenter__()
        finally:
            if self._signing is asyncio.current_task():
                self._signing = None
        self._entered, self._client = entering, client
        # Somebody may have tried a device while this was signing in.
        await self._end_check()
        self._tasks = Tasks("windows")
        await client.set_status(Status(order.status))
        client.watch(self._watched)
        await self._set_audio(self._audio)
        self._tell(
            on.SignedIn(
                name=client.name,
                address=client.address.authority,
                fingerprint=client.own_fingerprint,
                trouble=client.off_2023,
            )
        )
        self._tell_pins()
        self._follow(client, self._tasks, order.ring_s)

    async def _sign_out(self, _: orders.SignOut) -> None:
        await self.close()
        self._tell(on.SignedOut())

    async def _retry(self, _: orders.RetryNow) -> None:
        self._here().retry()

    async def _set_status(self, order: orders.SetStatus) -> None:
        await self._here().set_status(Status(order.status))

    async def _watch(self, order: orders.Watch) -> None:
        self._watched = order.names[:MOST_WATCHED]
        if self._client is not None:
            self._client.watch(self._watched)

    def _follow(self, client: Client, tasks: Tasks, ring_s: float) -> None:
        def people(everyone: tuple[Person, ...]) -> None:
            self._tell(on.PeopleAre(tuple(map(somebody, everyone))))

        def rang(call: ClientCall) -> None:
            self._rang.append(call.id)
            self._attend(call, ring_s)

        def missed(call: MissedCall) -> None:
            if call.call in self._rang:
                return  # it was told as a call
            legacy = call.kind is CallKind.LEGACY_2023
            self._tell(on.Missed(call.peer, call.at, str(call.reason), legacy))

        self._ring_s = ring_s
        tasks.spawn(
            self._each(
                client.connection(),
                lambda link: self._tell(on.LinkIs(link.online, link.next_try_s)),
            ),
            name="connection",
        )
        tasks.spawn(self._each(client.people(), people), name="people")
        tasks.spawn(self._each(client.incoming(), rang), name="incoming")
        tasks.spawn(self._each(client.missed(), missed), name="missed")
        tasks.spawn(
            self._each(client.warnings(), lambda error: self._tell(on.Warned(error))),
            name="warnings",
        )
        tasks.spawn(
            self._each(client.devices_changed(), lambda found: self._tell(devices_are(found))),
            name="devices",
        )

    async def _each(self, iterator: AsyncIterator[T], then: Callable[[T], None]) -> None:
        """Hand on what an iterator yields. Its failure is the end of being signed in."""
        try:
            async for value in iterator:
                then(value)
        except MediaFailed as failure:
            self._tell(on.Warned(failure))
        except DevCloudError as failure:
            self._tell(on.SignedOut(failure))

    # ── calls ────────────────────────────────────────────────────────────────────────────────────

    async def _search(self, order: orders.Search) -> None:
        if self._client is not None and self._client.online:
            await self._client.search(order.text)

    async def _place(self, order: orders.PlaceCall) -> str:
        call = await self._here().call(order.name)
        self._attend(call, self._ring_s)
        return call.id

    def _attend(self, call: ClientCall, ring_s: float) -> None:
        if self._tasks is None or any(watch.call is call for watch in self._calls.values()):
            return
        watch = CallWatch(call, self._tell, ring_s, self._tell_pins)
        # Under the id of now; `_call` looks at the call's own, which may change.
        self._calls[call.id] = watch
        self._tasks.spawn(self._until_over(call.id, watch), name=f"call-{call.id}")

    async def _until_over(self, key: str, watch: CallWatch) -> None:
        assert self._tasks is not None
        try:
            await watch.run(self._tasks)
        finally:
            self._calls.pop(key, None)

    def _call(self, id: str) -> ClientCall | None:
        return next((w.call for key, w in self._calls.items() if id in (key, w.call.id)), None)

    async def _accept_key(self, order: orders.AcceptKey) -> None:
        call = self._call(order.call)
        if call is not None:
            await call.accept_key()
        elif order.name:
            self._here().accept_key(order.name, fingerprint=order.fingerprint)
        self._tell_pins()

    async def _forget_key(self, order: orders.ForgetKey) -> None:
        self._here().forget_key(order.name)
        self._tell_pins()

    def _tell_pins(self) -> None:
        if self._client is not None:
            pins = tuple(map(pinned, self._client.pins()))
            if pins != self._pins:
                self._pins = pins
                self._tell(on.PinsAre(pins))

    # ── sound ────────────────────────────────────────────────────────────────────────────────────

    async def _set_audio(self, wanted: orders.SetAudio) -> None:
        self._audio = wanted
        if self._client is None:
            return
        self._client.audio_defaults(
            microphone=wanted.microphone,
            speaker=wanted.speaker,
            input_gain_db=wanted.input_gain_db,
            output_gain_db=wanted.output_gain_db,
        )
        self._client.processing(
            Processing(
                noise_suppression=wanted.noise_suppression,
                echo_cancellation=wanted.echo_cancellation,
            )
        )

    async def _play(self, order: orders.PlaySound) -> None:
        self._stop(order.key)
        file = sounds.path(order.sound, self._sound_files)
        self._sounds[order.key] = (await self._equipped()).sounds.play(
            file, device=order.device, gain_db=order.gain_db, loop=order.loop
        )

    async def _stop_sound(self, order: orders.StopSound) -> None:
        self._stop(order.key)

    def _stop(self, key: str) -> None:
        playing = self._sounds.pop(key, None)
        if playing is not None:
            playing.stop()

    async def _test_microphone(self, order: orders.TestMicrophone) -> float:
        """Return the loudest level that was heard."""
        loudest = -96.0
        equipped = await self._equipped()
        heard = equipped.test_microphone(order.device, order.seconds, speaker=self._audio.speaker)
        async with aclosing(heard) as levels:  # type: ignore[type-var]
            async for level in levels:
                loudest = max(loudest, level)
                self._tell(on.TestLevelIs(level))
        return loudest

    async def _list_devices(self, _: orders.ListDevices) -> None:
        self._tell(devices_are(await (await self._equipped()).devices()))

    async def _equipped(self) -> SharedAudio:
        """Return whoever has the devices: the client, or, before it is there, a check of them."""
        async with self._checking:
            if self._client is not None:
                return self._client
            if self._check is not None and self._check.ended.is_set():
                await self._check.__aexit__(None, None, None)
                self._check = None
            if self._check is None:
                self._check = await SoundCheck().__aenter__()
            return self._check

    async def _end_check(self) -> None:
        async with self._checking:
            check, self._check = self._check, None
            if check is not None:
                self._sounds = {}
                await check.__aexit__(None, None, None)

    def _here(self) -> Client:
        if self._client is None:
            raise LocalError("windows_not_connected")
        return self._client


async def _accept_server_key(order: orders.AcceptServerKey) -> None:
    """Pin the certificate with this fingerprint (SHA-256 in hexadecimal groups)."""
    digits = "".join(c for c in order.pin if c in "0123456789abcdefABCDEF")
    pin = base64.urlsafe_b64encode(bytes.fromhex(digits)).rstrip(b"=").decode("ascii")
    DataDirectory(order.data).remember_pin(parse_address(order.address).authority, pin)
