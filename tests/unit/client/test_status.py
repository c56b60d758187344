"""How a call is, at one moment."""

from devcloud.call.machine import Call
from devcloud.call.states import Role, State, Timers
from devcloud.client.guard import Trust
from devcloud.client.status import CallStatus, Stopwatch, status_of
from devcloud.model.texts import Language


def call() -> Call:
    return Call.place(id="call-1", me="Marc", peer="John", wall=0.0, timers=Timers())


def status(ours: Call, watch: Stopwatch, *, secured: bool = False, now: float = 0.0) -> CallStatus:
    return status_of(
        ours,
        watch,
        None,
        secured=secured,
        trouble="",
        trust=Trust(),
        language=Language.ENGLISH,
        now=now,
    )


def test_a_call_that_has_just_begun() -> None:
    new = status(call(), Stopwatch(begun=5.0), now=6.0)
    assert (new.id, new.peer, new.role, new.state) == (
        "call-1", "John", Role.CALLER, State.DIALLING,
    )  # fmt: skip
    assert (new.reason, new.setup_s, new.duration_s, new.quality) == (None, None, 0.0, None)
    assert not new.encrypted and not new.verified and new.safety_words == ()


def test_the_time_of_setting_up_is_from_dialling_or_from_accepting() -> None:
    watch = Stopwatch(begun=5.0)
    assert watch.setup_s(7.0, Role.CALLER) is None
    watch.first_voice = 7.25
    assert watch.setup_s(7.0, Role.CALLER) == 2.25
    assert watch.setup_s(7.0, Role.CALLEE) == 0.25
    assert watch.setup_s(None, Role.CALLEE) is None


def test_the_time_of_talking_stands_still_at_the_end() -> None:
    watch = Stopwatch(begun=5.0)
    assert watch.duration_s(None, 10.0) == 0.0
    assert watch.duration_s(7.0, 10.0) == 3.0
    watch.ended = 11.0
    assert watch.duration_s(7.0, 60.0) == 4.0


def test_encrypted_is_said_of_a_path_that_is_or_was_there() -> None:
    assert status(call(), Stopwatch(0.0), secured=True).encrypted
