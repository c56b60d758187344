"""Calls, as stories: what is shown, what is heard, and what becomes of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.desktop import fakes

from devcloud.call.states import Role, State
from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.viewmodel import wording
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.call import CallModel
from devcloud.model.errors import MediaFailed, Untrusted
from devcloud.model.records import CallKind, EndReason
from devcloud.model.texts import Language


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return fakes.app_model(tmp_path, people=("John", "Atelier"), language=Language.ENGLISH)


def current(app: AppModel) -> CallModel:
    assert app.calls.current is not None
    return app.calls.current


def incoming(app: AppModel) -> CallModel:
    assert app.calls.incoming is not None
    return app.calls.incoming


def heard(app: AppModel) -> list[str]:
    """The sounds that were begun."""
    return [order.sound for order in fakes.core(app).asked_for(orders.PlaySound)]


def history(app: AppModel) -> list[str]:
    return [row.spoken for row in app.history.rows if row.kind == "call"]


# ── a call of our own ────────────────────────────────────────────────────────────────────────────


def test_a_call_from_dialling_to_the_end(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    app.calls.call("John")
    call = current(app)
    assert (app.page, call.state.phase, call.state.state_text) == (
        "call", "dialling", "Connecting…",
    )  # fmt: skip
    assert call.state.title == "Calling John – DevCloud"
    core.it_rings(call.id)
    assert (call.state.state_text, call.state.no_answer_text) == ("Ringing…", "No answer in 45 s")
    assert app.sounds.long == "ringback"
    clock.advance(2.1)
    assert call.state.no_answer_s == 43
    core.connects(call.id)
    assert (call.state.phase, call.state.timer_text, app.sounds.long) == ("active", "00:00", "")
    assert (call.state.title, app.tray_state) == ("John – DevCloud", "in_call")
    clock.advance(272.1)
    assert call.state.timer_text == "04:32"
    call.hang_up()
    assert call.state.state_text == "Call ended · 04:32"
    assert app.page == "call"
    clock.advance(2)
    assert (app.page, app.calls.current) == ("home", None)
    assert history(app) == ["John, Outgoing, 4 min, 09:00"]
    assert heard(app) == ["ringback", "joined", "ended"]
    assert clock.timers == 0  # nothing ticks when nothing happens


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (EndReason.NO_ANSWER, "John is not answering"),
        (EndReason.DECLINED, "John declined the call"),
        (EndReason.BUSY, "John is on another call"),
        (EndReason.OFFLINE, "John is offline"),
        (EndReason.UNKNOWN_NAME, "Could not call: nobody of that name is known here"),
        (EndReason.MEDIA_FAILED, "Could not call: no way for the voice was found"),
    ],
)
def test_how_it_can_end_unanswered(app: AppModel, reason: EndReason, sentence: str) -> None:
    app.calls.call("John")
    call = current(app)
    fakes.core(app).ends(call.id, reason)
    assert (call.state.state_text, call.state.can_call_again) == (sentence, True)
    assert ("busy" in heard(app)) == (reason is EndReason.BUSY)
    fakes.clock(app).advance(7.9)
    assert app.calls.current is call
    fakes.clock(app).advance(0.2)
    assert app.calls.current is None
    assert (app.sounds.long, fakes.clock(app).timers) == ("", 0)


def test_who_is_not_to_be_disturbed_is_not_said_to_be_on_another_call(app: AppModel) -> None:
    core = fakes.core(app)
    core.come("John", status="do_not_disturb")
    app.calls.call("John")
    call = current(app)
    core.ends(call.id, EndReason.BUSY)
    assert call.state.state_text == "John has chosen “Do not disturb”"
    core.come("John")
    call.update()
    assert call.state.state_text == "John has chosen “Do not disturb”", "it was so then"


def test_the_busy_tone_lasts_three_seconds(app: AppModel) -> None:
    app.calls.call("John")
    fakes.core(app).ends(current(app).id, EndReason.BUSY)
    assert app.sounds.long == "busy"
    fakes.clock(app).advance(3.1)
    assert app.sounds.long == ""


def test_what_they_said_with_their_no_is_shown(app: AppModel) -> None:
    app.calls.call("John")
    fakes.core(app).ends(current(app).id, EndReason.DECLINED, text="In 5 minutes")
    assert current(app).state.state_text == "John declined the call\n“In 5 minutes”"


def test_call_again_closes_the_old_page(app: AppModel) -> None:
    app.calls.call("John")
    fakes.core(app).ends(current(app).id, EndReason.NO_ANSWER)
    current(app).call_again()
    assert current(app).state.phase == "dialling"
    fakes.clock(app).advance(20)
    assert current(app).state.phase == "dialling"


def test_a_call_that_cannot_be_placed_says_why(app: AppModel) -> None:
    fakes.core(app).failing[orders.PlaceCall] = MediaFailed("media_keeps_failing")
    app.calls.call("John")
    assert current(app).state.state_text.startswith("Could not call: ")
    assert history(app) == []


def test_a_changed_key_is_accepted_and_called_again(app: AppModel) -> None:
    core = fakes.core(app)
    core.failing[orders.PlaceCall] = Untrusted("key_changed", name="John", new="CC DD")
    app.calls.call("John")
    call = current(app)
    assert (call.state.key_changed, call.state.warning_tone) == (True, "danger")
    core.failing.clear()
    call.accept_key()
    assert core.asked_for(orders.AcceptKey)[-1] == orders.AcceptKey(
        name="John", fingerprint="CC DD"
    )
    assert current(app).state.phase == "dialling"


def test_hung_up_before_the_core_knew_the_call(app: AppModel) -> None:
    core = fakes.core(app)
    core.slow = {orders.PlaceCall}
    app.calls.call("John")
    current(app).hang_up()
    id = core.dials("John")  # bound to the page by its name
    assert current(app).id == id
    app.calls._placed(current(app), id)
    assert core.asked_for(orders.HangUp) == [orders.HangUp(id)]


def test_both_call_each_other_at_once(app: AppModel) -> None:
    core = fakes.core(app)
    core.slow = {orders.PlaceCall}
    id = core.rings("John")
    app.calls.call("John")
    placed = current(app)
    core.connects(id)
    app.calls._placed(placed, id)
    assert (current(app).id, current(app).state.phase, app.calls.incoming) == (id, "active", None)
    assert len(app.calls._calls) == 1


def test_a_call_that_goes_on_as_another(app: AppModel) -> None:
    core = fakes.core(app)
    app.calls.call("John")
    call, old = current(app), current(app).id
    merged = replace(core.calls[old], id="merged", previous_id=old, state=State.ACTIVE)
    core.happened.emit(merged)
    assert (current(app), call.id, call.state.phase) == (call, "merged", "active")


# ── somebody calls ───────────────────────────────────────────────────────────────────────────────


def test_an_incoming_call_is_accepted(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = core.rings("John", verified=True)
    call = incoming(app)
    assert (call.state.rings_text, call.state.ring_fraction) == ("Rings for 45 s more", 1.0)
    assert (call.state.identity_chip.text, app.page) == ("Key verified", "home")
    assert app.sounds.long == "ring"
    clock.advance(9.1)
    assert call.state.rings_for_s == 36
    assert call.state.ring_fraction == pytest.approx(0.8, abs=0.01)
    call.accept()
    assert core.asked_for(orders.Accept) == [orders.Accept(id)]
    assert (app.calls.incoming, current(app), app.page) == (None, call, "call")
    assert app.sounds.long == ""
    core.ends(id, EndReason.COMPLETED)
    assert history(app) == ["John, Incoming, 0 s, 09:00"]


def test_a_missed_call_makes_a_badge_and_a_notification(app: AppModel) -> None:
    app.window_active = False
    notices: list[str] = []
    app.notify.connect(lambda notice: notices.append(notice.title))
    core = fakes.core(app)
    for _ in range(2):
        id = core.rings("John")
        fakes.clock(app).advance(12)
        core.ends(id, EndReason.CANCELLED)
    assert app.calls.incoming is None
    assert notices == [
        "Incoming call: John",
        "Missed call: John, 09:00",
        "Incoming call: John",
        "2 missed calls",
    ]
    assert (app.history.unseen, app.tray_state) == (2, "missed")
    assert app.history.with_person("John")[0].rang_s == pytest.approx(12)
    assert (app.sounds.long, fakes.clock(app).timers) == ("", 0)


def test_declined_with_a_word(app: AppModel) -> None:
    fakes.core(app).rings("John")
    call = incoming(app)
    assert call.decline_messages == ("I’ll call you back", "In 5 minutes", "Text me instead")
    call.decline_with(call.decline_messages[1])
    assert fakes.core(app).asked_for(orders.Decline)[0].text == "In 5 minutes"
    assert history(app) == ["John, Declined, 09:00"]
    assert (app.history.unseen, app.calls.incoming) == (0, None)


def test_silenced_it_rings_on_without_a_sound(app: AppModel) -> None:
    fakes.core(app).rings("John")
    incoming(app).silence()
    assert (app.sounds.long, incoming(app).state.silenced) == ("", True)


def test_a_call_of_2023_warns_and_rings_for_seven_seconds(app: AppModel) -> None:
    fakes.core(app).rings("John", legacy=True)
    state = incoming(app).state
    assert (state.legacy, state.encrypted, state.warning_tone) == (True, False, "warning")
    assert state.warning_text.startswith("Not encrypted.")
    assert (state.rings_for_s, state.can_talk) == (7, False)


def test_a_changed_key_is_accepted_with_the_call_that_shows_it(app: AppModel) -> None:
    id = fakes.core(app).rings("John", key_changed=True)
    assert incoming(app).state.warning_tone == "danger"
    incoming(app).accept()
    asked = [type(order) for order in fakes.core(app).asked[-3:]]
    assert orders.AcceptKey in asked
    assert fakes.core(app).asked_for(orders.Accept) == [orders.Accept(id)]


def test_a_notification_is_answered(app: AppModel) -> None:
    app.window_active = False
    notices: list[on.Happening] = []
    raised: list[None] = []
    app.notify.connect(notices.append)
    app.raise_window.connect(lambda: raised.append(None))
    fakes.core(app).rings("John")
    (notice,) = notices
    app.notice_action(notice, "accept")  # type: ignore[arg-type]
    assert (current(app).state.phase, len(raised)) == ("active", 1)
    app.notice_action(notice, "accept")  # type: ignore[arg-type]
    assert len(fakes.core(app).asked_for(orders.Accept)) == 1


def test_names_are_hidden_where_that_is_wanted(app: AppModel) -> None:
    app.window_active = False
    app.settings.set("hide_names", True)
    titles: list[str] = []
    app.notify.connect(lambda notice: titles.append(notice.title))
    fakes.core(app).rings("John")
    assert titles == ["Incoming call"]


@pytest.mark.parametrize("way", ["do_not_disturb", "muted", "only_encrypted"])
def test_who_is_not_wanted_goes_to_history_as_missed(app: AppModel, way: str) -> None:
    app.window_active = False
    notices: list[object] = []
    app.notify.connect(notices.append)
    if way == "do_not_disturb":
        app.set_status("do_not_disturb")
        assert app.me.status == "do_not_disturb"
    elif way == "muted":
        app.people.update("John", muted=True)
    else:
        app.settings.set("only_encrypted", True)
    id = fakes.core(app).rings("John", legacy=way == "only_encrypted")
    assert (app.calls.incoming, app.sounds.long) == (None, "")
    fakes.core(app).ends(id, EndReason.NO_ANSWER)
    assert history(app) == ["John, Missed, 09:00"]
    assert notices == []


def test_silent_hours_show_and_do_not_ring(app: AppModel) -> None:
    now = wording.local(fakes.NOON)
    app.settings.set("silent_from", f"{now.hour:02d}:00")
    app.settings.set("silent_to", f"{(now.hour + 1) % 24:02d}:00")
    fakes.core(app).rings("John")
    assert (incoming(app).state.silenced, app.sounds.long) == (True, "")


def test_a_second_one_waits_for_the_first_sheet(app: AppModel) -> None:
    first = fakes.core(app).rings("John")
    fakes.core(app).rings("Atelier")
    assert incoming(app).id == first
    incoming(app).decline()
    assert incoming(app).state.name == "Atelier"


def test_a_call_that_was_taken_and_broke_off_before_a_voice_came_is_not_missed(
    app: AppModel,
) -> None:
    core = fakes.core(app)
    core.path_found = False
    id = core.rings("John")
    incoming(app).accept()
    assert current(app).phase == "connecting"
    core.ends(id, EndReason.COMPLETED)
    assert (history(app), app.history.unseen) == (["John, Incoming, 0 s, 09:00"], 0)

    # As it looks when the window stood still meanwhile.
    again = core.rings("John")
    incoming(app).accept()
    core.becomes(again, state=State.ENDED, reason=EndReason.MEDIA_FAILED, answered=True)
    assert (history(app)[0], app.history.unseen) == ("John, Incoming, 0 s, 09:00", 0)
    assert current(app).state.state_text == "The call failed: no way for the voice was found"


def test_what_rang_while_the_window_stood_still_was_missed(app: AppModel) -> None:
    ringing = on.CallIs("late", "John", Role.CALLEE, CallKind.DEVCLOUD, State.RINGING_IN)
    gone = replace(ringing, state=State.ENDED, reason=EndReason.CANCELLED)
    fakes.core(app).happened.emit(gone)
    fakes.core(app).happened.emit(gone)
    assert history(app) == ["John, Missed, 09:00"]


# ── call waiting ─────────────────────────────────────────────────────────────────────────────────


def test_hold_and_answer_then_back(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    first = fakes.talking(app, "John")
    core.rings("Atelier")
    assert incoming(app).state.waiting_choices
    assert app.sounds.long == "waiting"
    clock.advance(8.5)
    assert heard(app).count("waiting") == 3  # every 4 s
    incoming(app).accept_after("hold")
    assert core.asked_for(orders.Hold) == [orders.Hold(first, True)]
    assert (current(app).state.name, [c.state.name for c in app.calls.held]) == (
        "Atelier", ["John"],
    )  # fmt: skip
    current(app).hang_up()
    clock.advance(2)
    assert (current(app).state.name, current(app).state.phase) == ("John", "held")
    current(app).toggle_hold()
    assert current(app).state.phase == "active"


def test_hang_up_and_answer(app: AppModel) -> None:
    first = fakes.talking(app, "John")
    fakes.core(app).rings("Atelier")
    incoming(app).accept_after("hang_up")
    assert fakes.core(app).asked_for(orders.HangUp) == [orders.HangUp(first)]
    assert (current(app).state.name, current(app).state.phase) == ("Atelier", "active")
    assert app.calls.held == ()
    fakes.clock(app).advance(20)
    assert current(app).state.name == "Atelier"


def test_calling_somebody_else_holds_the_call(app: AppModel) -> None:
    first = fakes.talking(app, "John")
    app.calls.call("Atelier")
    assert fakes.core(app).asked_for(orders.Hold) == [orders.Hold(first, True)]
    assert current(app).state.name == "Atelier"


# ── during a call ────────────────────────────────────────────────────────────────────────────────


def test_muting_and_talking_while_muted(app: AppModel) -> None:
    core = fakes.core(app)
    id = fakes.talking(app)
    call = current(app)
    call.toggle_mute()
    assert (call.state.mic_text, call.state.mic_action) == ("Muted", "Unmute")
    call.talk(True)
    assert call.state.mic_text == "Talking"
    call.talk(False)
    call.toggle_mute()
    assert [order.muted for order in core.asked_for(orders.Mute)] == [True, False, True, False]
    assert core.calls[id].muted is False
    call.talk(True)  # an open microphone needs no key
    assert (call.state.mic_text, call.state.talking) == ("Mic", False)
    assert heard(app)[-4:] == ["mute", "talk_down", "talk_up", "unmute"]


def test_push_to_talk(app: AppModel) -> None:
    app.settings.set("push_to_talk", True)
    fakes.talking(app)
    call = current(app)
    assert (call.state.mic_text, call.state.push_to_talk) == ("Mic closed", True)
    assert call.state.hint_text == "Push to talk is on: hold Space to speak"
    call.talk(True)
    assert call.state.mic_text == "Talking"
    call.talk(False)
    call.toggle_push_to_talk()
    assert call.state.mic_text == "Mic"
    assert [o.muted for o in fakes.core(app).asked_for(orders.Mute)] == [True, False, True, False]


def test_speech_into_a_closed_microphone_is_told(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = fakes.talking(app)
    current(app).toggle_mute()
    for _ in range(62):
        core.levels(id, -20.0)
        clock.advance(0.05)
    assert current(app).state.hint_text == "You are muted"
    for _ in range(30):
        core.levels(id, -60.0)
        clock.advance(0.05)
    assert current(app).state.hint_text == "Space: talk while muted"


def test_a_dead_microphone_is_told(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = fakes.talking(app)
    for _ in range(11):
        core.levels(id, -96.0)
        clock.advance(1)
    assert current(app).state.notice_text == ("No sound from the microphone. Check the headset.")
    core.levels(id, -60.0)
    assert current(app).state.notice_text == ""


def test_who_speaks_is_shown_a_moment_longer(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = fakes.talking(app)
    shown: list[tuple[float, float]] = []
    current(app).levels.connect(lambda *levels: shown.append(levels))
    core.levels(id, -50.0, -20.0)
    assert current(app).state.others_speaking
    clock.advance(0.3)
    core.levels(id, -50.0, -70.0)
    assert current(app).state.others_speaking
    clock.advance(0.2)
    core.levels(id, -50.0, -70.0)
    assert not current(app).state.others_speaking
    current(app).toggle_mute()
    core.levels(id, -10.0, -70.0)
    assert shown == [(-50.0, -20.0), (-50.0, -70.0), (-50.0, -70.0), (-96.0, -70.0)]


def test_holding_is_said_on_both_sides(app: AppModel) -> None:
    id = fakes.talking(app)
    fakes.core(app).becomes(id, held_there=True, state=State.HELD)
    assert (current(app).state.phase, current(app).state.state_text) == ("held", "On hold")
    current(app).toggle_hold()
    assert current(app).state.held_here


def test_the_quality_in_words(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = fakes.talking(app)
    assert current(app).state.quality is None
    words = []
    for mos in (4.2, 4.19, 3.79, 3.09):
        core.measured(id, mos=mos, rtt_ms=100 * mos)
        clock.advance(1)
        quality = current(app).state.quality
        assert quality is not None
        words.append((quality.word, quality.level))
    assert words == [("Excellent", 4), ("Good", 3), ("Fair", 2), ("Poor", 1)]
    assert quality.rtt_line[-2:] == pytest.approx((379.0, 309.0))
    assert len(quality.rtt_line) == 60
    assert (quality.codec_text, quality.path_text) == ("Opus, 32 kbit/s", "Direct, UDP")
    assert current(app).state.weak_banner == ""
    for loss in (0.1, 0.2, 0.3, 0.4, 0.5):
        core.measured(id, mos=2.0, loss=loss, remote_loss=0.0)
        clock.advance(1)
    assert current(app).state.weak_banner == "Your connection is weak"
    core.measured(id, mos=2.0, loss=0.0, remote_loss=0.3)
    assert current(app).state.weak_banner == "The connection is weak on the other side"
    core.measured(id, mos=4.0)
    assert current(app).state.weak_banner == ""
    current(app).hang_up()
    mean = (4.2 + 4.19 + 3.79 + 3.09 + 6 * 2.0 + 4.0) / 11
    assert app.history.with_person("John")[0].mos == pytest.approx(mean)


def test_the_timer_pauses_while_the_path_is_lost(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    id = fakes.talking(app, seconds=10.1)
    core.becomes(id, state=State.RECONNECTING)
    assert current(app).state.state_text == "Reconnecting… The call resumes by itself."
    assert heard(app)[-1] == "reconnecting"
    clock.advance(8)
    assert current(app).state.timer_text == "00:10"
    core.becomes(id, state=State.ACTIVE)
    clock.advance(5.1)
    assert current(app).state.timer_text == "00:15"
    core.becomes(id, state=State.RECONNECTING)
    core.ends(id, EndReason.CONNECTION_LOST)
    assert current(app).state.state_text == "Call dropped: connection lost"
    assert current(app).state.can_call_again


def test_the_safety_words(app: AppModel) -> None:
    core = fakes.core(app)
    id = fakes.talking(app)
    call = current(app)
    assert call.state.words == fakes.WORDS_EN
    call.words_in("fr")
    assert (call.state.words, call.state.words_language) == (fakes.WORDS_FR, "fr")
    call.words_identical()
    assert core.asked_for(orders.ConfirmWords) == [orders.ConfirmWords(id, match=True)]
    assert (call.state.verified, call.state.words_done) == (True, True)
    assert call.state.identity_chip.text == "Key verified"
    call.words_different()
    assert not call.state.verified


def test_a_device_that_changes_is_said(app: AppModel) -> None:
    id = fakes.talking(app)
    values = (("device", "Headset"), ("other", "Webcam"))
    fakes.core(app).happened.emit(on.CallNotice(id, "microphone_changed", values))
    assert current(app).state.notice_text == "Headset was unplugged, using Webcam"
    fakes.clock(app).advance(9)
    assert current(app).state.notice_text == ""


def test_a_minimised_call_goes_on(app: AppModel) -> None:
    fakes.talking(app)
    app.minimise()
    assert (app.page, app.minimised) == ("home", True)
    app.restore_call()
    assert app.page == "call"
    app.minimise()
    current(app).hang_up()
    fakes.clock(app).advance(3)
    assert (app.page, app.minimised) == ("home", False)


def test_quitting_asks_in_a_call(app: AppModel) -> None:
    assert app.quit_question == ""
    fakes.talking(app)
    assert app.quit_question == "Hang up and quit?"


def test_signed_out_there_are_no_calls(app: AppModel) -> None:
    fakes.talking(app)
    fakes.core(app).rings("Atelier")
    app.disconnect_from_server()
    assert (app.calls.current, app.calls.incoming, app.page) == (None, None, "connect")
    assert (app.sounds.long, fakes.clock(app).timers) == ("", 0)


def test_another_language_in_a_call(app: AppModel) -> None:
    fakes.talking(app)
    app.settings.set("language", "fr")
    assert current(app).state.mic_text == "Micro"


def test_the_log_tells_the_story(app: AppModel) -> None:
    fakes.talking(app)
    current(app).hang_up()
    assert [line[9:] for line in app.log.lines] == [
        "Connected to 192.168.35.145:10000",
        "Calling John",
        "In a call with John",
        "John: Call ended · 00:00",
    ]
    assert all(line[:8].count(":") == 2 for line in app.log.lines)
    for _ in range(6_000):
        app.log.add_text("x\ny")
    assert len(app.log.lines) == 5_000
    assert app.log.lines[-1].endswith("x y")
    app.log.clear()
    assert app.log.text() == ""
