"""What may happen when: the whole machine, to be read at once.

Each row names an event, the roles and the states in which it may happen, and the rule of
`machine.Call` that meets it. `HangUp` is not here, since it works in every state; nor are the
states `ending` and `ended`, in which whatever comes late is ignored.
"""

from collections.abc import Iterable

from devcloud.call import events as on
from devcloud.call.events import Event
from devcloud.call.states import ACCEPTED, EARLY_PATH, UNANSWERED, Role, State

Cell = tuple[Role, State, type[Event]]

_CALLER = (Role.CALLER,)
_CALLEE = (Role.CALLEE,)
_BOTH = (Role.CALLER, Role.CALLEE)

_DIALLING = frozenset({State.DIALLING})
_RINGING_OUT = _DIALLING | {State.RINGING_OUT}
_RINGING_IN = frozenset({State.RINGING_IN})
_OUT = _RINGING_OUT | EARLY_PATH
_IN = _RINGING_IN | EARLY_PATH
_CONNECTING = frozenset({State.CONNECTING_AFTER_ACCEPTED})
_TALKING = ACCEPTED - _CONNECTING

# fmt: off
ROWS: tuple[tuple[type[Event], tuple[Role, ...], frozenset[State], str], ...] = (
    # what the person wants
    (on.Accept,              _CALLEE, _IN,                     "accept"),
    (on.Accept,              _CALLEE, ACCEPTED,                "ignore"),
    (on.Hold,                _BOTH,   ACCEPTED,                "hold"),
    (on.Mute,                _CALLER, _OUT | ACCEPTED,         "mute"),
    (on.Mute,                _CALLEE, _IN | ACCEPTED,          "mute"),
    # what the other side said
    (on.DeviceReached,       _CALLER, _OUT,                    "device_reached"),
    (on.DeviceReached,       _CALLER, ACCEPTED,                "reached_too_late"),
    (on.RingingReceived,     _CALLER, _RINGING_OUT,            "rang"),
    (on.RingingReceived,     _CALLER, EARLY_PATH,              "device_reached"),
    (on.RingingReceived,     _CALLER, ACCEPTED,                "reached_too_late"),
    (on.AnswerReceived,      _CALLER, _OUT,                    "answered"),
    (on.AnswerReceived,      _CALLER, ACCEPTED,                "reached_too_late"),
    (on.DeclineReceived,     _CALLER, _OUT,                    "declined"),
    (on.DeclineReceived,     _CALLER, ACCEPTED,                "ignore"),
    (on.CancelReceived,      _CALLEE, _IN | ACCEPTED,          "cancelled"),
    (on.HangupReceived,      _CALLER, _OUT,                    "hung_up_early"),
    (on.HangupReceived,      _CALLEE, _IN,                     "hung_up_early"),
    (on.HangupReceived,      _BOTH,   ACCEPTED,                "hung_up"),
    (on.InviteUndeliverable, _CALLER, _OUT,                    "undeliverable"),
    (on.InviteUndeliverable, _CALLER, ACCEPTED,                "ignore"),
    (on.CandidatesReceived,  _CALLER, _OUT | ACCEPTED,         "candidates_received"),
    (on.CandidatesReceived,  _CALLEE, _IN | ACCEPTED,          "candidates_received"),
    (on.OfferReceived,       _BOTH,   ACCEPTED,                "offer_received"),
    (on.OfferAnswered,       _BOTH,   ACCEPTED,                "offer_answered"),
    (on.HoldReceived,        _BOTH,   ACCEPTED,                "held"),
    # what the media said; news of an older path is dropped by the rules
    (on.OfferMade,           _CALLER, _DIALLING,               "invitation_made"),
    (on.OfferMade,           _CALLER, _OUT - _DIALLING,        "ignore"),
    (on.OfferMade,           _BOTH,   ACCEPTED,                "offer_made"),
    (on.AnswerMade,          _CALLEE, _RINGING_IN,             "first_answer_made"),
    (on.AnswerMade,          _BOTH,   ACCEPTED,                "answer_made"),
    (on.PathUp,              _CALLER, _RINGING_OUT,            "ignore"),
    (on.PathUp,              _CALLEE, _RINGING_IN,             "ignore"),
    (on.PathUp,              _BOTH,   EARLY_PATH,              "path_up_early"),
    (on.PathUp,              _BOTH,   ACCEPTED,                "path_up"),
    (on.PathWavered,         _CALLER, _RINGING_OUT,            "ignore"),
    (on.PathWavered,         _CALLEE, _RINGING_IN,             "ignore"),
    (on.PathWavered,         _BOTH,   EARLY_PATH,              "path_wavered_early"),
    (on.PathWavered,         _BOTH,   _CONNECTING,             "ignore"),
    (on.PathWavered,         _BOTH,   _TALKING,                "path_wavered"),
    (on.PathLost,            _CALLER, _OUT,                    "path_lost_early"),
    (on.PathLost,            _CALLEE, _IN,                     "path_lost_early"),
    (on.PathLost,            _BOTH,   ACCEPTED,                "path_wavered"),
    (on.MediaGone,           _CALLER, _OUT,                    "media_died_early"),
    (on.MediaGone,           _CALLEE, _IN,                     "media_died_early"),
    (on.MediaGone,           _BOTH,   ACCEPTED,                "media_died"),
    (on.MediaBack,           _CALLER, _OUT,                    "media_returned_early"),
    (on.MediaBack,           _CALLEE, _IN,                     "media_returned_early"),
    (on.MediaBack,           _BOTH,   ACCEPTED,                "media_returned"),
    (on.MediaRefused,        _CALLER, _OUT | ACCEPTED,         "media_refused"),
    (on.MediaRefused,        _CALLEE, _IN | ACCEPTED,          "media_refused"),
)
# fmt: on


def _cells(rows: Iterable[tuple[type[Event], tuple[Role, ...], frozenset[State], str]]) -> (
    dict[Cell, str]
):  # fmt: skip
    table: dict[Cell, str] = {}
    for event, roles, states, rule in rows:
        for cell in ((role, state, event) for role in roles for state in states):
            assert cell not in table, f"two rules for {cell}"
            table[cell] = rule
    return table


TABLE: dict[Cell, str] = _cells(ROWS)
"""The rule for each role, state and event; what is not in it cannot happen."""

assert all(state in UNANSWERED | ACCEPTED for _, state, _ in TABLE)
