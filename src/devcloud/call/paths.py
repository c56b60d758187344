"""The paths of one call, one after another, and all that is asked of the media for them.

A path is one negotiated connection, told apart by its generation. Whichever side loses its path
offers the next generation; of two offers of one generation the caller's wins. What the other side
says of a path may come before the path is there, and is kept until it is.

Knows nothing of ringing, accepting and ending: that is `machine`'s.
"""

from collections.abc import Callable

from devcloud.call import commands as do
from devcloud.call import events as on
from devcloud.call.commands import Command
from devcloud.call.states import Role, Timers

MOST_CANDIDATES = 64


class Paths:
    """The present path, its description and its repair. Orders go out through `say`."""

    def __init__(
        self,
        role: Role,
        timers: Timers,
        invitation: on.OfferReceived | None,
        say: Callable[[Command], None],
    ) -> None:
        self.generation = invitation.generation if invitation else 1
        self.device: str | None = None
        """The device at the other end, once its description is with the media."""
        self.lost = False
        """The path will not come up (again), and no next one is on its way."""
        self.media_open = False
        self.media_gone = False
        self.repair_at: float | None = None
        self._role = role
        self._timers = timers
        self._invitation = invitation
        self._say = say
        self._offered = role is Role.CALLER
        self._voice = (False, False)
        self._candidates: list[on.CandidatesReceived] = []

    @property
    def described(self) -> bool:
        """Whether both descriptions of the present path are with the media."""
        return self.device is not None

    def is_our_offer(self, generation: int) -> bool:
        """Whether this is the present path, and we have offered it."""
        return generation == self.generation and self._offered

    def is_our_answer(self, generation: int) -> bool:
        """Whether this is the present path, and they have offered it."""
        return generation == self.generation and not self._offered

    # ── the media ────────────────────────────────────────────────────────────────────────────────

    def open(self) -> None:
        """Make the call known to the media, silent."""
        self.media_open = True
        self._voice = (False, False)
        self._say(do.OpenMedia())

    def close(self) -> bool:
        """Close what is open; False where nothing is."""
        self.repair_at = None
        open_now = self.media_open and not self.media_gone
        if open_now:
            self._say(do.CloseMedia())
        return open_now

    def set_voice(self, *, sending: bool, hearing: bool) -> None:
        """Let voice out and in, or not."""
        if (sending, hearing) != self._voice and self.media_open and not self.media_gone:
            self._voice = (sending, hearing)
            self._say(do.SetVoice(sending, hearing))

    def media_died(self) -> None:
        """The media process has died: there is no path, and none can be made for now."""
        self.media_gone = True
        self.device = None
        self.repair_at = None

    # ── the first path ───────────────────────────────────────────────────────────────────────────

    def offer(self) -> None:
        """Make the path that the invitation offers."""
        self.open()
        self._say(do.MakeOffer(self.generation))

    def offer_anew(self) -> None:
        """Make another one, since the media process that made the first has died too early."""
        self._go_on(self.generation + 1, offered=True)
        self.offer()

    def take_invitation(self, device: str) -> None:
        """Make a path for the offer in the invitation."""
        assert self._invitation is not None
        self.open()
        self._take(self._invitation, device)

    def take_answer(self, device: str, sdp: str) -> None:
        """The other side has answered our offer."""
        self._say(do.TakeAnswer(self.generation, sdp))
        self._describe(device)

    # ── the next ones ────────────────────────────────────────────────────────────────────────────

    def schedule_repair(self, now: float, wait: float) -> None:
        """Offer another path after `wait` seconds, unless this one comes up before that."""
        if not self.media_gone:
            # The callee lets the caller go first: two new paths at once are one too many.
            patience = 0.0 if self._role is Role.CALLER else self._timers.repair
            self.repair_at = now + wait + patience

    def repair(self, now: float) -> None:
        """Offer the next path."""
        self._go_on(self.generation + 1, offered=True)
        self._say(do.MakeOffer(self.generation))
        self.schedule_repair(now, self._timers.repair_again)

    def yields_to(self, offer: on.OfferReceived) -> bool:
        """Whether an offer of the other side takes the place of the present path."""
        if offer.generation == self.generation:
            return self._offered and self._role is Role.CALLEE
        return offer.generation > self.generation

    def take_offer(self, offer: on.OfferReceived, device: str, now: float) -> None:
        """Make the path that the other side offers."""
        self._go_on(offer.generation, offered=False)
        if not self.media_gone:
            # Otherwise the repair that follows the media's return replaces this offer.
            self._take(offer, device)
            self.schedule_repair(now, self._timers.repair_again)

    def add_candidates(self, event: on.CandidatesReceived) -> None:
        """Try these ways, now or when the path that they belong to is there."""
        if event.generation < self.generation or len(self._candidates) >= MOST_CANDIDATES:
            return
        self._candidates.append(event)
        self._try(event)

    def _go_on(self, generation: int, *, offered: bool) -> None:
        self.generation = generation
        self.device = None
        self.lost = False
        self._offered = offered
        self._candidates = [each for each in self._candidates if each.generation >= generation]

    def _take(self, offer: on.OfferReceived, device: str) -> None:
        self._say(do.TakeOffer(offer.generation, offer.sdp))
        self._describe(device)

    def _describe(self, device: str) -> None:
        self.device = device
        for event in self._candidates:
            self._try(event)

    def _try(self, event: on.CandidatesReceived) -> None:
        if event.generation == self.generation and event.device == self.device:
            self._say(do.AddCandidates(event.generation, event.candidates))
