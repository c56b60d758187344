"""The rules of accepting a call, and of one that is accepted: holding, losing and mending paths."""

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.life import Life
from devcloud.call.states import Role, State
from devcloud.model.records import EndReason


class Talking(Life):
    """From the answer on."""

    def _accept(self, _event: on.Accept, now: float) -> None:
        self.accepted_at = now
        connected = self.state is State.CONNECTED_BEFORE_ACCEPTED
        self._become_accepted(now, connected=connected)
        if self._paths.lost:
            self._send_answer("")
            self._offer_now(now)
        elif self._first_answer:
            self._send_answer(self._first_answer)
        elif not self._paths.media_open and not self._paths.media_gone:
            self._take_invitation()

    def _answered(self, event: on.AnswerReceived, now: float) -> None:
        self.accepted_at = now
        self._declined_with = None
        self.device = event.device
        for other in sorted(self.devices - {event.device}):
            self._do(do.SendCancel(EndReason.ANSWERED_ELSEWHERE, other))
        self.devices = {event.device}
        ours = self._paths.device == event.device and not self._paths.lost
        self._become_accepted(now, connected=ours and self.state is State.CONNECTED_BEFORE_ACCEPTED)
        if ours or not event.sdp:
            # There is a path, or that device has lost its own and offers the next.
            return
        if self._paths.described or self._paths.lost:
            # The path was with another device, or is lost: make one with this device.
            self._offer_now(now)
        else:
            self._paths.take_answer(event.device, event.sdp)

    def _become_accepted(self, now: float, *, connected: bool) -> None:
        if connected:
            self._path_is_up()
        else:
            self._until = now + self.timers.connect
            self._paths.schedule_repair(now, self.timers.repair_again)
            self._enter(State.CONNECTING_AFTER_ACCEPTED)

    def _send_answer(self, sdp: str) -> None:
        self._answer_sent = True
        self._do(do.SendAnswer(self.generation, sdp))

    def _reached_too_late(
        self, event: on.DeviceReached | on.RingingReceived | on.AnswerReceived, _now: float
    ) -> None:
        if event.device != self.device:
            self._do(do.SendCancel(EndReason.ANSWERED_ELSEWHERE, event.device))

    def _hung_up(self, event: on.HangupReceived, now: float) -> None:
        if event.device == self.device:
            self._end(event.reason, now)

    # ── hold and mute ─────────────────────────────────────────────────────────────────────────────

    def _hold(self, event: on.Hold, _now: float) -> None:
        if event.on != self.held_here:
            self.held_here = event.on
            self._do(do.SendHold(event.on))
            self._rest_or_talk()

    def _held(self, event: on.HoldReceived, _now: float) -> None:
        if event.order > self._hold_order:
            self._hold_order = event.order
            self.held_there = event.on
            self._rest_or_talk()

    def _rest_or_talk(self) -> None:
        if self.state in (State.ACTIVE, State.HELD):
            self._enter(self._connected_state())
        else:
            self._do(do.Announce())
        self._set_voice()

    def _mute(self, event: on.Mute, _now: float) -> None:
        self.muted = event.on
        self._set_voice()
        self._do(do.Announce())

    def _connected_state(self) -> State:
        return State.HELD if self.held_here or self.held_there else State.ACTIVE

    # ── the path, and the next one ────────────────────────────────────────────────────────────────

    def _path_up(self, event: on.PathUp, _now: float) -> None:
        if event.generation == self.generation:
            self._path_is_up()

    def _path_is_up(self) -> None:
        self._until = self._paths.repair_at = None
        self._enter(self._connected_state())
        self._set_voice()

    def _path_wavered(self, event: on.PathWavered | on.PathLost, now: float) -> None:
        if event.generation == self.generation:
            self._go_reconnecting(now)
            self._paths.schedule_repair(now, self.timers.waver)

    def _go_reconnecting(self, now: float) -> None:
        if self.state in (State.ACTIVE, State.HELD):
            self._until = now + self.timers.reconnect
            self._enter(State.RECONNECTING)

    def _repair(self, now: float) -> None:
        if self.role is Role.CALLEE and not self._answer_sent:
            # Our answer was never made: without it the caller has no use for an offer.
            self._send_answer("")
        self._paths.repair(now)

    def _offer_now(self, now: float) -> None:
        if not self._paths.media_gone:
            self._repair(now)

    def _offer_made(self, event: on.OfferMade, _now: float) -> None:
        if self._paths.is_our_offer(event.generation):
            self._do(do.SendOffer(event.generation, event.sdp))

    def _answer_made(self, event: on.AnswerMade, _now: float) -> None:
        if not self._paths.is_our_answer(event.generation):
            return
        if self.role is Role.CALLEE and not self._answer_sent:
            self._send_answer(event.sdp)
        else:
            self._do(do.SendOfferAnswer(event.generation, event.sdp))

    def _offer_received(self, event: on.OfferReceived, now: float) -> None:
        if self._paths.yields_to(event):
            assert self.device is not None
            self._go_reconnecting(now)
            self._paths.take_offer(event, self.device, now)

    def _offer_answered(self, event: on.OfferAnswered, _now: float) -> None:
        fits = self._paths.is_our_offer(event.generation) and not self._paths.described
        if fits and not self._paths.media_gone:
            assert self.device is not None
            self._paths.take_answer(self.device, event.sdp)

    def _media_died(self, _event: on.MediaGone, now: float) -> None:
        self._paths.media_died()
        self._go_reconnecting(now)

    def _media_returned(self, _event: on.MediaBack, now: float) -> None:
        self._paths.media_gone = False
        if self.role is Role.CALLEE and not self._answer_sent:
            self._take_invitation()
        else:
            self._paths.open()
            self._repair(now)
        self._set_voice()
