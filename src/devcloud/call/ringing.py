"""The rules of a call that nobody has accepted yet: inviting, ringing, declining, warming up."""

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.life import Life
from devcloud.call.states import EARLY_PATH, Role, State
from devcloud.model.records import EndReason

_DECLINE_REASONS = frozenset(
    {
        EndReason.DECLINED,
        EndReason.BUSY,
        EndReason.NO_ANSWER,
        EndReason.REJECTED_BY_POLICY,
        EndReason.UNTRUSTED,
        EndReason.MEDIA_FAILED,
        EndReason.ERROR,
    }
)
# After one of these the other devices of that person may still answer.
_ONLY_THAT_DEVICE = _DECLINE_REASONS - {
    EndReason.DECLINED,
    EndReason.REJECTED_BY_POLICY,
    EndReason.UNTRUSTED,
}

MOST_DEVICES = 64
"""Of one person; no server lets them have so many."""


class Ringing(Life):
    """Before the answer."""

    def _invitation_made(self, event: on.OfferMade, _now: float) -> None:
        if self._paths.is_our_offer(event.generation):
            self.invited = True
            self._do(do.SendInvite(event.generation, event.sdp))

    def _device_reached(self, event: on.DeviceReached | on.RingingReceived, _now: float) -> None:
        if event.device in self._declined_by or len(self.devices) >= MOST_DEVICES:
            return
        self.devices.add(event.device)
        self._declined_with = None
        self._until = self._rings_until

    def _rang(self, event: on.RingingReceived, now: float) -> None:
        self._device_reached(event, now)
        if event.device not in self.devices:
            return
        if event.sdp and not self._paths.described and not self._paths.lost:
            self._paths.take_answer(event.device, event.sdp)
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)
        elif self.state is State.DIALLING:
            self._enter(State.RINGING_OUT)

    # ── it does not come to an answer ─────────────────────────────────────────────────────────────

    def _declined(self, event: on.DeclineReceived, now: float) -> None:
        reason = event.reason if event.reason in _DECLINE_REASONS else EndReason.DECLINED
        self.devices.discard(event.device)
        if len(self._declined_by) < MOST_DEVICES:
            self._declined_by.add(event.device)
        if reason not in _ONLY_THAT_DEVICE:
            self.text = event.text
            self._give_up(reason, now)
            return
        if event.device == self._paths.device:
            self._lose_early_path()
        if not self.devices:
            # Another device may be about to say that it rings.
            self._declined_with = reason
            self._until = min(self._rings_until, now + self.timers.others)

    def _cancelled(self, event: on.CancelReceived, now: float) -> None:
        self._end(event.reason, now)

    def _hung_up_early(self, event: on.HangupReceived, now: float) -> None:
        # A hangup that has overtaken its answer, or a caller that hangs up where it should cancel.
        completed = event.reason is EndReason.COMPLETED
        reason = EndReason.CANCELLED if completed else event.reason
        self.devices.discard(event.device)
        self._give_up(reason, now)

    def _undeliverable(self, event: on.InviteUndeliverable, now: float) -> None:
        if not self.devices:
            self._end(event.reason, now)

    # ── the path while it rings ───────────────────────────────────────────────────────────────────

    def _first_answer_made(self, event: on.AnswerMade, _now: float) -> None:
        self._first_answer = event.sdp
        self._do(do.SendRinging(event.sdp))
        self._enter(State.CONNECTING_BEFORE_ACCEPTED)

    def _path_up_early(self, event: on.PathUp, _now: float) -> None:
        if event.generation == self.generation and self.state is State.CONNECTING_BEFORE_ACCEPTED:
            self._enter(State.CONNECTED_BEFORE_ACCEPTED)

    def _path_wavered_early(self, event: on.PathWavered, _now: float) -> None:
        if event.generation == self.generation and self.state is State.CONNECTED_BEFORE_ACCEPTED:
            self._enter(State.CONNECTING_BEFORE_ACCEPTED)

    def _path_lost_early(self, event: on.PathLost, _now: float) -> None:
        if event.generation == self.generation:
            self._lose_early_path()

    def _media_died_early(self, _event: on.MediaGone, _now: float) -> None:
        self._paths.media_died()
        if self.invited or self._first_answer:
            self._lose_early_path()

    def _media_returned_early(self, _event: on.MediaBack, _now: float) -> None:
        self._paths.media_gone = False
        if self.invited or self._first_answer:
            # The path is lost: the next one is for after acceptance.
            self._paths.open()
        elif self.role is Role.CALLER:
            self._paths.offer_anew()
        elif self._paths.media_open:
            self._take_invitation()

    def _lose_early_path(self) -> None:
        self._paths.lost = True
        if self.state in EARLY_PATH:
            self._enter(State.RINGING_OUT if self.role is Role.CALLER else State.RINGING_IN)
