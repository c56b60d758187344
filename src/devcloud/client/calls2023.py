"""Calls with programs of 2023, as the desk's other calls see them: the same machine, table and
records, with an exchange of 2023 datagrams where others have a server in between.

    open_port, close_port    what the media process holds
    require                  before a call is placed
    carry_out                what a call wants to be said or done
    received, located, tick  what comes in: datagrams, where a caller is, the time

A description of a path is the other side's address, and so is its device: the protocol has no more
to say of them, and a call needs no more. Hold has no word either; the other side hears silence. At
most one call at a time. Nothing of it is encrypted or signed. Without input or output.
"""

from collections import deque
from collections.abc import Callable

import msgspec

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.line import Busy, Line, Output
from devcloud.call.machine import Call
from devcloud.client.actions import Action, Distrusted, Locate, Noted2023, Order, Remembered
from devcloud.client.translate import ORDERS
from devcloud.media import control
from devcloud.model.errors import LocalError, Refused, Untrusted
from devcloud.model.names import fold_name
from devcloud.model.records import CallKind, EndReason
from devcloud.wire.legacy2023 import datagrams, happenings
from devcloud.wire.legacy2023.exchange import Exchange, State

_LAST_WORDS = (do.SendDecline, do.SendCancel, do.SendHangup)
# What others say to a server, and 2023 programs to nobody.
_UNSAID = (do.SendRinging, do.SendHold, do.SendOfferAnswer, do.AddCandidates)

Event = on.Event


class Calls2023:
    """The 2023 calls of one device.

    `out` takes what is to be done, `carry_out` what a call on `line` wants after an event, and
    `require_allowed` raises Untrusted where the person wants no such call with somebody.
    """

    def __init__(
        self,
        me: str,
        line: Line,
        *,
        out: Callable[[Action], None],
        carry_out: Callable[[list[Output], float], None],
        require_allowed: Callable[[str], None],
    ) -> None:
        self.open = False
        """Whether the media process holds the port."""
        self.taking = True
        """Whether others may call. Otherwise they are told «busy»."""
        self._exchange = Exchange(me)
        self._line = line
        self._out = out
        self._carry_out = carry_out
        self._require_allowed = require_allowed
        self._call = ""
        self._addresses: dict[str, str] = {}
        self._events: deque[tuple[str, Event]] = deque()
        self._held_back: control.Talk2023 | None = None
        self._voice: control.SetVoice | None = None

    @property
    def deadline(self) -> float | None:
        """When `tick` wants to be called, at the latest."""
        return self._exchange.deadline

    @property
    def in_call(self) -> bool:
        """Whether there is a call, or somebody who rings."""
        return self._exchange.state is not State.IDLE

    # ── what a call wants ────────────────────────────────────────────────────────────────────────

    def require(self, call: str, peer: str, address: str) -> None:
        """Make sure that `peer`, who is at `address`, can be called now, as `call`.

        Raises:
            Refused: `recipient_unknown`: nowhere.
            LocalError: `port_2023_closed`.
            BadName: `name_blank_for_2023`: programs of 2023 cannot read our name.
            Busy: `already_in_call`, by 2023.
        """
        if not address:
            raise Refused("recipient_unknown", name=peer)
        if not self.open:
            raise LocalError("port_2023_closed")
        datagrams.start(self._exchange.me)
        if self.in_call and fold_name(self._exchange.peer) != fold_name(peer):
            raise Busy("already_in_call", peer=self._exchange.peer)
        if not self.in_call:
            self._addresses = {call: address}

    def carry_out(self, call: Call, command: do.Command, now: float) -> None:
        """Do what a call wants; where it waits for an answer of the other side, be that side."""
        match command:
            case do.MakeOffer(generation):
                self._tell(call.id, on.OfferMade(generation, self._address_of(call)))
            case do.TakeOffer(generation, address):
                self._tell(call.id, on.AnswerMade(generation, address))
            case do.SendInvite(generation, address):
                self._call = call.id
                self._exchange.call(call.peer, address, now)
                # Their first word may come right behind their ACCEPT.
                self._talk_with(call.id, generation, address, now)
            case do.SendAnswer(generation, address):
                self._exchange.accept(now)
                self._talk_with(call.id, generation, address, now)
            case do.SendOffer(generation, address):
                # A new path after the media process died: they know nothing of it.
                self._tell(call.id, on.OfferAnswered(generation, address))
            case do.TakeAnswer(generation, address):
                self._talk_with(call.id, generation, address, now)
            case do.SetVoice(sending, hearing):
                self._set_voice(control.SetVoice(call=call.id, sending=sending, hearing=hearing))
            case _ if isinstance(command, _LAST_WORDS):
                if call.id == self._call:
                    self._forget_call()
                    self._exchange.hang_up(now)
            case _ if isinstance(command, _UNSAID):
                pass
            case _:
                self._out(Order(ORDERS[type(command)](call, command, ())))

    def _address_of(self, call: Call) -> str:
        return call.device or self._addresses[call.id]

    def _talk_with(self, call: str, generation: int, address: str, now: float) -> None:
        """Hear at once, and speak as soon as it may be."""
        if not address:
            return
        talk = control.Talk2023(call=call, generation=generation, address=address)
        self._held_back = self._voice = None
        if not self._exchange.may_speak(now):
            self._held_back = talk if self._exchange.state is State.TALKING else None
            talk = msgspec.structs.replace(talk, speaking=False)
        self._out(Order(talk))

    def _set_voice(self, voice: control.SetVoice) -> None:
        if self._held_back is not None:
            # A file that is played must not lose its beginning.
            self._voice = voice
            voice = msgspec.structs.replace(voice, sending=False)
        self._out(Order(voice))

    # ── what comes in ────────────────────────────────────────────────────────────────────────────

    def received(self, data: bytes, source: str, now: float) -> None:
        """A datagram has come; if it is voice, the media has played it already."""
        self._exchange.busy = self._line.full or not self.taking
        self._exchange.receive(data, source, now)
        self.settle(now)

    def located(
        self, asked: Locate, address: str | None, *, call: str, now: float, wall: float
    ) -> None:
        """Answer `asked`: the directory has that name at `address`, or nowhere. If it rings now, it
        does as `call`."""
        self._exchange.busy = self._line.full or not self.taking
        self._exchange.identify(asked.caller, asked.source, address, now)
        for happening in self._exchange.take_happenings():
            if isinstance(happening, happenings.Rang):
                self._ring(happening, call, now, wall)
            else:
                self._happened(happening)
        self.settle(now)

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._exchange.tick(now)
        self.settle(now)

    def settle(self, now: float) -> None:
        """Carry through what has happened, to the last consequence."""
        for happening in self._exchange.take_happenings():
            self._happened(happening)
        while self._events:
            call, event = self._events.popleft()
            if call in self._line.calls:
                self._carry_out(self._line.handle(call, event, now), now)
        for datagram in self._exchange.take_datagrams(now):
            self._out(Order(control.Send2023(data=datagram.data, to=datagram.to)))
        if self._exchange.may_speak(now):
            for order in (self._held_back, self._voice):
                if order is not None:
                    self._out(Order(order))
            self._held_back = self._voice = None

    # ── what has happened ────────────────────────────────────────────────────────────────────────

    def _ring(self, rang: happenings.Rang, call: str, now: float, wall: float) -> None:
        refused = self._refused(rang.caller)
        if refused is not None:
            self._exchange.hang_up(now)
            kind = CallKind.LEGACY_2023
            record = self._line.record_refused(call, rang.caller, kind, wall, refused)
            self._out(Remembered(record))
            return
        self._call = call
        self._out(Noted2023(rang))
        outputs = self._line.invited(
            call,
            peer=rang.caller,
            device=rang.source,
            offer=on.OfferReceived(1, rang.source),
            now=now,
            wall=wall,
            cold=True,
            kind=CallKind.LEGACY_2023,
        )
        self._carry_out(outputs, now)

    def _refused(self, caller: str) -> EndReason | None:
        """Return why somebody may not ring here, None where they may."""
        try:
            self._require_allowed(caller)
        except Untrusted as error:
            self._out(Distrusted(None, error, caller))
            return EndReason.REJECTED_BY_POLICY
        return EndReason.BUSY if self._line.quiet else None

    def _happened(self, happening: happenings.Happening) -> None:
        call = self._line.calls.get(self._call)
        match happening:
            case happenings.CallerToCheck(caller, source):
                self._out(Locate(caller, source))
            case happenings.Answered():
                if call is not None:
                    address = self._exchange.address
                    self._tell(call.id, on.AnswerReceived(address, address))
            case happenings.Rejected():
                self._end(call, EndReason.DECLINED)
            case happenings.NoAnswer():
                self._end(call, EndReason.NO_ANSWER)
            case happenings.Closed():
                self._end(call, EndReason.COMPLETED)
            case happenings.Lost():
                self._end(call, EndReason.CONNECTION_LOST)
            case happenings.CallerGaveUp(_, closed):
                reason = EndReason.CANCELLED if closed else EndReason.NO_ANSWER
                self._forget_call()
                if call is not None:
                    self._tell(call.id, on.CancelReceived(reason))
            case _:
                self._out(Noted2023(happening))

    def _end(self, call: Call | None, reason: EndReason) -> None:
        """The exchange is over, so there is nobody left to say anything to."""
        self._forget_call()
        if call is not None:
            address = call.device or self._addresses.get(call.id, "")
            self._tell(call.id, on.HangupReceived(address, reason))

    def _forget_call(self) -> None:
        self._call = ""
        self._held_back = self._voice = None

    def _tell(self, call: str, event: Event) -> None:
        self._events.append((call, event))
