"""A running client: the desk between a session and a media process.

It only carries: what the desk decides goes where it belongs, and whatever happens goes to the desk.
All of it runs on one loop, without waiting in between, so that nothing happens in the middle of a
decision.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable

from devcloud.call import events as on
from devcloud.client import actions
from devcloud.client.actions import Action
from devcloud.client.desk import Desk
from devcloud.client.equipment import Equipment
from devcloud.client.people import People
from devcloud.client.port2023 import Mode2023, Port2023
from devcloud.client.session import Listener
from devcloud.client.watcher import Watcher
from devcloud.client.whereabouts import AnySession, Whereabouts
from devcloud.identity.keys import fingerprint, is_public_key
from devcloud.identity.pins import PinBook
from devcloud.media import control
from devcloud.media.process import MediaProcess
from devcloud.model import ids
from devcloud.model.errors import DevCloudError, MediaFailed, Refused, Untrusted
from devcloud.model.presence import Person, Status
from devcloud.model.records import CallKind, EndReason
from devcloud.model.texts import Language
from devcloud.net.tasks import Tasks
from devcloud.wire.legacy2023.sentences import told
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage, FromClient, FromServer

_log = logging.getLogger(__name__)

MOST_RESTARTS = 5
RESTARTS_WITHIN_S = 60.0
CLOSING_2023_S = 1.0


class Core:
    """Runs a desk. `start` first, `stop` last."""

    def __init__(self, desk: Desk, watcher: Watcher, mode_2023: Mode2023 = Mode2023.OFF) -> None:
        self.desk = desk
        self.people = People()
        self.session: AnySession | None = None
        self.equipment = Equipment(self.order)
        self.status = Status.AVAILABLE
        """What the person says of themselves; others see that they are in a call, too."""
        desk.calls_2023.taking = mode_2023 is not Mode2023.OUT
        self.port_2023 = Port2023(desk.calls_2023, self.order, self._tell_takes_2023)
        self._watcher = watcher
        self._media: MediaProcess | None = None
        self._restarts: list[float] = []
        self._tasks = Tasks("client", on_failure=self._task_failed)
        self.whereabouts = Whereabouts(
            self.people,
            mode_2023,
            self.port_2023,
            session=lambda: self.session,
            require_allowed=desk.require_2023,
            tasks=self._tasks,
        )
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at: float | None = None
        self._carried = asyncio.Event()

    @property
    def listener(self) -> Listener:
        """Where the session tells its news."""
        return Listener(self._welcomed, self._received, self._lost, self._dropped)

    @property
    def media_pid(self) -> int | None:
        """The media process, for whoever measures it."""
        return None if self._media is None else self._media.pid

    async def start(self, session: AnySession, *, media: bool) -> None:
        """Sign in and, unless only looking, start the media, and take the port of 2023 calls where
        it is wanted from the beginning. Raises DevCloudError."""
        self.session = session
        starting = self._tasks.spawn(MediaProcess.start(), name="media-start") if media else None
        try:
            await session.open()
            if starting is not None:
                self._attach(await starting)
        except BaseException:
            await self._discard(starting)
            await session.close()
            raise
        self._tasks.spawn(session.run(), name="session")
        try:
            if media:
                await self.whereabouts.hold_port(session, self.desk.me)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Hang up, say goodbye, end the media process: in a few seconds, whoever is gone."""
        now = self._loop.time()
        for call in list(self.desk.line.calls):
            self.desk.act(call, on.HangUp(), now)
        self._carry()
        try:
            await self._say_close_2023()
            if self.session is not None:
                await self.session.close()
        except asyncio.CancelledError:
            media = self._detach()
            if media is not None:
                media.let_go()
            raise
        media = self._detach()
        self.equipment.closed()
        if media is not None:
            await media.stop()
        await self._tasks.aclose()
        # Whoever waits for the end of a call whose media could not say so any more.
        self.desk.media_gone(self._loop.time())
        self._carry()
        if self._alarm is not None:
            self._alarm.cancel()

    async def _say_close_2023(self) -> None:
        """Wait until all five CLOSEs have been sent."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_2023_S):
                while self._media is not None and self.desk.calls_2023.deadline is not None:
                    self._carried.clear()
                    await self._carried.wait()

    # ── the person ───────────────────────────────────────────────────────────────────────────────

    def place(self, peer: str, person: Person | None) -> str:
        """Call somebody, of whom `reach` said what is known, and return the call's id. Raises
        LocalError, Busy, Untrusted."""
        call = ids.call_id(os.urandom(ids.CALL_ID_BYTES))
        self.desk.place(
            call,
            peer,
            self._loop.time(),
            time.time(),
            key=person.key if person else "",
            kind=person.kind if person else CallKind.DEVCLOUD,
            address=person.address if person else "",
        )
        self._carry()
        return call

    def act(self, call: str, event: on.Event) -> None:
        """Accept, hang up, hold, mute."""
        self.desk.act(call, event, self._loop.time())
        self._carry()

    def accept_key(self, call: str) -> None:
        """The person says that a changed key is right."""
        self.desk.accept_key(call, self._loop.time(), time.time())
        self._carry()

    def accept_key_of(self, name: str, shown: str) -> None:
        """The person says that the key whose fingerprint is `shown` is the right one for `name`.
        Raises Untrusted `key_gone`: it is not the one that the server shows now."""
        person = self.people.find(name)
        key = person.key if person else ""
        if not is_public_key(key) or fingerprint(key) != shown:
            raise Untrusted("key_gone", name=name)
        self.desk.accept_key_of(name, key, time.time())
        self._carry()

    def confirm_words(self, call: str, *, match: bool) -> None:
        """The person has compared the safety words. Raises Untrusted `words_not_there`."""
        self.desk.confirm_words(call, match=match)
        self._carry()

    def set_status(self, status: Status) -> None:
        """Say how one is, to everybody, from now on and after each sign-in."""
        self.status = status
        self.desk.line.quiet = status is Status.DO_NOT_DISTURB
        self._carry()

    def _show_status(self) -> None:
        talking = any(each.accepted for each in self.desk.line.calls.values())
        if self.session is not None:
            busy = talking and self.status is Status.AVAILABLE
            self.session.say_status(Status.BUSY if busy else self.status)

    def change_book(self, change: Callable[[PinBook], PinBook]) -> None:
        """The person changes whose keys are known."""
        self.desk.change_book(change)
        self._carry()

    def order(self, order: control.Order) -> None:
        """Tell the media. A media process that has just died hears it when it is back."""
        if self._media is None:
            return
        try:
            self._media.send(order)
        except MediaFailed:
            _log.debug("the media process is gone; %s waits", type(order).__name__)

    def _send(self, message: FromClient) -> None:
        if self.session is not None:
            self.session.send(message)

    # ── the session ──────────────────────────────────────────────────────────────────────────────

    def _welcomed(self, welcome: messages.Welcome) -> None:
        self.people.welcomed(welcome)
        self.whereabouts.welcomed()
        if self.session is not None:
            self.port_2023.moved(self.session.local_address)
        self.desk.signed_in(self._loop.time())
        self._watcher.online(True, None)
        self._watcher.people()
        self._carry()

    def _lost(self, pause: float | None) -> None:
        self.desk.signed_out()
        self.people.lost()
        self.whereabouts.lost()
        self._watcher.online(False, pause)
        self._watcher.people()
        if pause is None and self.session is not None and self.session.fatal is not None:
            self._watcher.failed(self.session.fatal)

    def _received(self, message: FromServer) -> None:
        if isinstance(message, CallMessage | messages.Undeliverable):
            self.desk.received(message, self._loop.time(), time.time())
            self._carry()
        elif isinstance(message, messages.Presence):
            self.people.changed(message)
            self.whereabouts.received(message)
            self._watcher.people()
        elif isinstance(message, messages.Error):
            self._refused(message)
        elif isinstance(message, messages.Bye):
            _log.info("the server says goodbye: %s", message.code)

    def _refused(self, error: messages.Error) -> None:
        _log.warning("the server refused a message: %s (%s)", error.code, error.text)
        if error.call:
            self._watcher.refused(error.call, Refused(error.code, text=error.text))
            self.desk.not_taken(error.call, error.seq, EndReason.ERROR, self._loop.time())
            self._carry()

    def _dropped(self, error: DevCloudError) -> None:
        _log.warning("dropped: %s", error)

    # ── the media process ────────────────────────────────────────────────────────────────────────

    def _attach(self, media: MediaProcess) -> None:
        self._media = media
        self._tasks.spawn(self._listen(media), name="media")
        self.equipment.media_up()

    def _detach(self) -> MediaProcess | None:
        """Return the media process, whose end starts no other from now on."""
        media, self._media = self._media, None
        return media

    async def _listen(self, media: MediaProcess) -> None:
        """Carry reports until the process ends; then start another."""
        async for report in media.reports():
            if isinstance(report, control.Levels):
                # They come twenty times a second, and are nothing to decide about.
                self._watcher.reported(report)
            else:
                self._decide(report)
        if self._media is not media:
            return
        _log.warning("the media process has ended; starting another")
        self._media = None
        self.port_2023.media_gone()
        self.equipment.media_gone()
        self.desk.media_gone(self._loop.time())
        self._carry()
        await self._start_again()

    def _decide(self, report: control.Report) -> None:
        self.desk.reported(report, self._loop.time())
        self._reported_2023(report)
        self.equipment.reported(report)
        self._watcher.reported(report)
        self._carry()

    async def _start_again(self) -> None:
        now = self._loop.time()
        self._restarts = [t for t in self._restarts if now - t < RESTARTS_WITHIN_S] + [now]
        try:
            if len(self._restarts) > MOST_RESTARTS:
                raise MediaFailed("media_keeps_failing")
            media = await MediaProcess.start()
        except MediaFailed as failure:
            self.equipment.closed()
            self._watcher.failed(failure)
            for call in list(self.desk.line.calls):
                self.desk.act(call, on.MediaRefused(), self._loop.time())
            self._carry()
            return
        self._attach(media)
        self.port_2023.media_back()
        self.desk.media_back(self._loop.time())
        self._carry()

    async def _discard(self, starting: asyncio.Task[MediaProcess] | None) -> None:
        await self._tasks.aclose()
        # What was still starting has ended itself; what had just started is here.
        if starting is not None and not starting.cancelled() and starting.exception() is None:
            await starting.result().stop()

    # ── calls of 2023 ────────────────────────────────────────────────────────────────────────────

    def _reported_2023(self, report: control.Report) -> None:
        if isinstance(report, control.Came2023):
            self.desk.calls_2023.received(report.data, report.source, self._loop.time())
        else:
            self.port_2023.reported(report)

    def _tell_takes_2023(self) -> None:
        if self.session is not None:
            self.session.say_takes_2023(self.port_2023.held)

    def _locate(self, asked: actions.Locate) -> None:
        def tell(address: str | None) -> None:
            call = ids.call_id(os.urandom(ids.CALL_ID_BYTES))
            now, wall = self._loop.time(), time.time()
            self.desk.calls_2023.located(asked, address, call=call, now=now, wall=wall)
            self._carry()

        self.whereabouts.locate(asked, tell)

    # ── carrying ─────────────────────────────────────────────────────────────────────────────────

    def _carry(self) -> None:
        while actions_due := self.desk.drain():
            for action in actions_due:
                self._carry_one(action)
        self._set_alarm()
        self._show_status()
        self._carried.set()

    def _carry_one(self, action: Action) -> None:
        match action:
            case actions.Say(message):
                self._send(message)  # type: ignore[arg-type]
            case actions.Order(order):
                self.order(order)
                if isinstance(order, control.OpenCall):
                    self._watcher.opened(order.call)
            case actions.Rang(call):
                self._watcher.rang(call)
            case actions.Changed(call):
                self._watcher.changed(call)
            case actions.Became(old, new):
                self._watcher.became(old, new)
            case actions.Remembered(record):
                _log.info("call %s: %s", record.call, record.reason)
                self._watcher.remembered(record)
            case actions.Pinned(book):
                self._watcher.pinned(book)
            case actions.Distrusted(call, error, sender):
                _log.warning("%s: %s", sender, error)
                self._watcher.distrusted("" if call is None else call.id, error)
            case actions.Locate():
                self._locate(action)
            case actions.Noted2023(happening):
                _log.info("%s", told(happening, Language.ENGLISH))
            case actions.Dropped(error, sender):
                _log.warning("dropped a message from %s: %s", sender, error)

    def _set_alarm(self) -> None:
        deadline = self.desk.deadline
        if deadline == self._alarm_at:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = deadline
        self._alarm = None if deadline is None else self._loop.call_at(deadline, self._ring_alarm)

    def _ring_alarm(self) -> None:
        self._alarm = self._alarm_at = None
        self.desk.tick(self._loop.time())
        self._carry()

    def _task_failed(self, task: asyncio.Task[object]) -> None:
        if task.get_name() != "client.media-start":
            self._watcher.failed(MediaFailed("client_broken", task=task.get_name()))
