"""The smaller parts: shortcuts, devices, known keys, sounds."""

from pathlib import Path

import pytest
from pytestqt.modeltest import ModelTester
from tests.unit.desktop import fakes

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.pins import Role
from devcloud.desktop.viewmodel.rows import longest_rise
from devcloud.desktop.viewmodel.sounds import gain_of
from devcloud.model.errors import MediaFailed
from devcloud.model.texts import Language


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return fakes.app_model(tmp_path, language=Language.ENGLISH)


def test_two_actions_never_have_the_same_keys(app: AppModel) -> None:
    shortcuts = app.shortcuts
    assert len({action.keys for action in shortcuts.actions}) == len(shortcuts.actions)
    assert shortcuts.assign("mute", "Ctrl+shift+H") == "hang_up"
    assert shortcuts.keys("mute") == "Ctrl+Shift+M"
    assert shortcuts.assign("mute", "Ctrl+M") is None
    assert shortcuts.assign("hang_up", "Ctrl+Shift+M") is None
    assert shortcuts.assign("talk", "") is None
    assert (shortcuts.keys("mute"), shortcuts.keys("talk")) == ("Ctrl+M", "")
    shortcuts.reset()
    assert shortcuts.keys("mute") == "Ctrl+Shift+M"


def test_devices(app: AppModel) -> None:
    assert [item.text for item in app.audio.microphones] == ["Same as the system"]
    fakes.core(app).devices("Headset", "Webcam")
    assert [item.text for item in app.audio.microphones] == [
        "Same as the system",
        "Headset",
        "Webcam",
    ]
    assert app.audio.microphone_text == "Headset"
    app.audio.current_microphone = "Webcam"
    assert fakes.core(app).asked_for(orders.SetAudio)[-1].microphone == "Webcam"
    assert app.audio.microphone_text == "Webcam"
    app.settings.set("noise_suppression", False)
    assert not fakes.core(app).asked_for(orders.SetAudio)[-1].noise_suppression
    fakes.core(app).devices()
    assert app.audio.error_text == "No microphone found"
    fakes.core(app).devices("Headset")
    assert app.audio.error_text == ""


def test_the_system_s_own_device_has_no_second_name(app: AppModel) -> None:
    fakes.core(app).devices("default", "Headset")
    texts = [item.text for item in app.audio.microphones]
    assert texts == ["Same as the system", "Headset"] == [i.text for i in app.audio.speakers]
    assert app.audio.microphone_text == "Same as the system"
    app.audio.current_microphone = "default"
    app.audio.update()
    assert "default" in [item.id for item in app.audio.microphones], "what was chosen stays"


def test_devices_are_looked_for_before_anybody_has_signed_in(tmp_path: Path) -> None:
    app = fakes.app_model(tmp_path, online=False, language=Language.ENGLISH)
    app.audio.look()
    assert fakes.core(app).asked_for(orders.ListDevices)
    fakes.core(app).devices("Headset")
    assert [item.text for item in app.audio.microphones][1:] == ["Headset"]


def test_trying_the_microphone(app: AppModel) -> None:
    core, clock = fakes.core(app), fakes.clock(app)
    states: list[str] = []
    app.audio.test_changed.connect(lambda: states.append(app.audio.test_state))
    levels: list[float] = []
    app.audio.test_level.connect(levels.append)
    core.slow = {orders.TestMicrophone}
    app.audio.test_microphone()
    app.audio.test_microphone()
    core.happened.emit(on.TestLevelIs(-30.0))
    clock.advance(3)
    assert states == ["recording", "playing"]
    assert levels == [-30.0]
    assert len(core.asked_for(orders.TestMicrophone)) == 1


def test_a_microphone_that_cannot_be_tried_says_why(app: AppModel) -> None:
    failure = MediaFailed("device_no_microphone", detail="")
    fakes.core(app).failing[orders.TestMicrophone] = failure
    app.audio.test_microphone()
    assert app.audio.test_state == ""
    assert app.audio.error_text == failure.text(Language.ENGLISH)


def test_known_keys(app: AppModel, qtmodeltester: ModelTester) -> None:
    pins = (
        on.Pinned("Atelier", "1111", False, fakes.NOON),
        on.Pinned("John", "2222", True, fakes.NOON - 86_400),
    )
    fakes.core(app).happened.emit(on.PinsAre(pins))
    assert [(row.name, row.verified, row.since) for row in app.pins.rows] == [
        ("John", True, "Yesterday"),
        ("Atelier", False, "Today"),
    ]
    assert app.pins.index(0).data(Role.FINGERPRINT) == "2222"
    qtmodeltester.check(app.pins)
    app.pins.forget(1)
    assert fakes.core(app).asked_for(orders.ForgetKey) == [orders.ForgetKey("Atelier")]


def test_volumes() -> None:
    assert (gain_of(100), gain_of(50)) == (0.0, -20.0)


def test_a_ring_without_volume_is_not_played(app: AppModel) -> None:
    app.settings.set("ring_volume", 0)
    fakes.core(app).rings("John")
    assert fakes.core(app).asked_for(orders.PlaySound) == []


def test_the_interface_can_be_quiet(app: AppModel) -> None:
    app.settings.set("interface_sounds", False)
    fakes.talking(app)
    assert [o.sound for o in fakes.core(app).asked_for(orders.PlaySound)] == ["ringback"]


def test_what_is_copied_is_said(app: AppModel) -> None:
    said: list[str] = []
    app.clipboard.connect(said.append)
    app.toast.connect(lambda text, _action, _then: said.append(text))
    app.contact.show("John")
    app.contact.copy_fingerprint()
    assert said == [fakes.FINGERPRINT, "Fingerprint copied"]


@pytest.mark.parametrize(
    ("places", "rise"),
    [([], 0), ([0, 1, 2], 3), ([2, 0, 1], 2), ([3, 2, 1, 0], 1), ([1, 5, 2, 3, 0, 4], 4)],
)
def test_as_many_rows_as_possible_stay(places: list[int], rise: int) -> None:
    stay = longest_rise(places)
    assert len(stay) == rise
    assert stay == sorted(stay)
    left = iter(places)
    assert all(place in left for place in stay)
