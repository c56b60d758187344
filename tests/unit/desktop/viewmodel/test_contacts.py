"""The list of people, and a person's page."""

import random
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from tests.unit.desktop import fakes

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.store.records import KnownPerson
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.contacts import Role
from devcloud.model.texts import Language


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return fakes.app_model(
        tmp_path,
        people=("John", "Équipe son", "Salle 204"),
        offline=("Support",),
        language=Language.ENGLISH,
    )


def spoken(app: AppModel) -> list[str]:
    return [row.spoken for row in app.contacts.rows]


def test_the_list(app: AppModel, qtmodeltester: ModelTester) -> None:
    assert spoken(app) == [
        "Online · 3",
        "Équipe son, online",
        "John, online",
        "Salle 204, online",
        "Offline · 1",
        "Support, yesterday at 17:26",
    ]
    qtmodeltester.check(app.contacts)
    heading, person = app.contacts.index(0), app.contacts.index(2)
    assert not app.contacts.flags(heading) & Qt.ItemFlag.ItemIsSelectable
    assert (person.data(Role.NAME), person.data(Role.CAN_CALL)) == ("John", True)


def test_people_come_and_go_without_a_reset(app: AppModel) -> None:
    resets: list[None] = []
    app.contacts.modelReset.connect(lambda: resets.append(None))
    core = fakes.core(app)
    core.come("Atelier")
    core.go("John")
    core.come("Salle 204", status="busy")
    core.come("Accueil", status="do_not_disturb", legacy=True)
    assert spoken(app) == [
        "Online · 4",
        "Accueil, 2023 client, not encrypted",
        "Atelier, online",
        "Équipe son, online",
        "Salle 204, in a call",
        "Offline · 2",
        "John, today at 09:00",
        "Support, yesterday at 17:26",
    ]
    assert resets == []


def test_any_changes_leave_the_model_consistent(app: AppModel, qtmodeltester: ModelTester) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    qtmodeltester.check(app.contacts)
    names = [f"Salle {n}" for n in range(30)]
    for _ in range(60):
        some = chance.sample(names, chance.randint(1, 5))
        act = chance.choice([fakes.core(app).come, fakes.core(app).go])
        act(*some)
        app.contacts.set_search(chance.choice(["", "", "1", "salle 2", "zzz"]))
        here = sorted(p.name for p in fakes.core(app).people)
        if not app.contacts.search:
            online = [r.name for r in app.contacts.rows if r.presence == "online"]
            assert sorted(online) == here, seed


def test_searching_ignores_accents_and_case(app: AppModel) -> None:
    app.contacts.set_search("EQUIPE")
    assert spoken(app) == ["Online · 1", "Équipe son, online"]
    app.contacts.enter(None)
    assert app.calls.current is not None
    assert app.calls.current.state.name == "Équipe son"


def test_a_text_that_nobody_has_can_be_called(app: AppModel) -> None:
    app.contacts.set_search("Zoé")
    assert spoken(app) == ["Call “Zoé”"]
    app.contacts.enter(None)
    assert [order.name for order in fakes.core(app).asked_for(orders.PlaceCall)] == ["Zoé"]


def test_enter_calls_the_highlighted_one_and_nobody_of_several(app: AppModel) -> None:
    app.contacts.set_search("o")
    assert len(app.contacts.rows) > 3
    app.contacts.enter(None)
    assert app.calls.current is None
    app.contacts.enter(app.contacts.find_row("John"))
    assert app.calls.current is not None


def test_a_search_asks_the_server_when_typing_pauses(app: AppModel) -> None:
    for text in ("j", "jo", "joh"):
        app.contacts.set_search(text)
        fakes.clock(app).advance(0.1)
    fakes.clock(app).advance(1)
    assert [order.text for order in fakes.core(app).asked_for(orders.Search)] == ["joh"]


def test_letters_jump_and_go_round(app: AppModel) -> None:
    john = app.contacts.find_row("John")
    assert app.contacts.jump("J", 0) == john
    assert app.contacts.jump("é", 5) == app.contacts.find_row("Équipe son")
    assert app.contacts.jump("x", 0) is None


def test_without_a_connection_nobody_knows_who_is_there(app: AppModel) -> None:
    fakes.core(app).come("Accueil", legacy=True)
    fakes.core(app).link(online=False, next_try_s=4)
    assert spoken(app)[0] == "Contacts · 5, presence unknown"
    assert {row.presence for row in app.contacts.rows} == {"unknown"}
    assert not any(row.can_call for row in app.contacts.rows)
    # The 2023 warning stays.
    assert "Accueil, 2023 client, not encrypted" in spoken(app)


def test_the_link_counts_down_and_comes_back(app: AppModel) -> None:
    toasts: list[str] = []
    app.toast.connect(lambda text, _action, _then: toasts.append(text))
    core, clock = fakes.core(app), fakes.clock(app)
    core.link(online=False, next_try_s=3.2)
    seen = []
    app.link_changed.connect(lambda: seen.append(app.link.next_try_s))
    assert app.link.next_try_s == 4
    clock.advance(5)
    assert seen == [3, 2, 1, None]
    assert (app.link.state, clock.timers) == ("reconnecting", 0)
    core.link(online=True)
    assert (app.link.state, toasts) == ("online", ["Back online"])


def test_a_person_has_a_page(app: AppModel) -> None:
    row = app.contacts.find_row("John")
    assert row is not None
    app.contacts.open(row)
    shown = app.contact.shown
    assert shown is not None
    assert (shown.name, shown.presence_text, shown.can_call) == ("John", "Online", True)
    assert [chip.text for chip in shown.chips] == ["Key not verified", "End-to-end encrypted"]
    fakes.core(app).happened.emit(
        on.PinsAre((on.Pinned("John", fakes.FINGERPRINT, True, fakes.NOON),))
    )
    assert app.contact.shown is not None
    assert app.contact.shown.chips[0].text == "Key verified"
    assert app.contacts.rows[row].spoken == "John, online, key verified"


def test_a_verified_key_that_is_another_now_is_not_verified(app: AppModel) -> None:
    fakes.core(app).happened.emit(on.PinsAre((on.Pinned("John", "0000 1111", True, 0.0),)))
    assert not app.people.card("John").verified


def test_somebody_is_renamed_muted_and_removed(app: AppModel) -> None:
    app.contact.show("John")
    app.contact.rename(" Équipe de John ")
    assert app.contact.shown is not None
    assert app.contact.shown.shown_name == "Équipe de John"
    assert spoken(app)[1] == "Équipe de John, online"
    app.contact.mute_calls(True)
    assert app.contact.shown.muted_calls
    app.contact.rename("")
    app.contact.remove()
    assert app.contact.shown is None
    assert app.contacts.find_row("John") is None
    fakes.core(app).go("John")
    fakes.core(app).come("John")
    assert app.contacts.find_row("John") is not None
    assert not app.people.card("John").muted


def test_tell_me_when_they_are_back(app: AppModel) -> None:
    app.window_active = False
    notices: list[str] = []
    app.notify.connect(lambda notice: notices.append(notice.title))
    app.contact.show("Support")
    assert app.contact.shown is not None
    assert app.contact.shown.offline_watch == "off"
    app.contact.tell_me_when_back(True)
    assert app.contact.shown.offline_watch == "on"
    assert fakes.core(app).asked_for(orders.Watch)[-1].names[0] == "Support"
    fakes.core(app).come("Support")
    fakes.core(app).go("Support")
    fakes.core(app).come("Support")
    assert notices == ["Support is online"]  # once


def test_oneself_is_in_no_list(app: AppModel) -> None:
    fakes.core(app).come("Marc")
    assert app.contacts.find_row("Marc") is None


def test_nobody_else_yet(tmp_path: Path) -> None:
    app = fakes.app_model(tmp_path, people=(), offline=())
    assert app.contacts.empty
    fakes.core(app).come("John")
    assert not app.contacts.empty


def test_another_language(app: AppModel) -> None:
    changed: list[None] = []
    app.language_changed.connect(lambda: changed.append(None))
    app.settings.set("language", "fr")
    assert (app.language, len(changed)) == (Language.FRENCH, 1)
    assert spoken(app)[0] == "En ligne · 3"


def test_ten_thousand_people(tmp_path: Path) -> None:
    people = tuple(f"Salle {n}" for n in range(10_000))
    app = fakes.app_model(tmp_path, people=(), offline=people)
    assert len(app.contacts.rows) == 10_001
    fakes.core(app).come("Salle 17")
    app.contacts.set_search("salle 99")
    assert len(app.contacts.rows) == 112  # 99, 990-999, 9900-9999, and a heading


def test_what_is_known_now_counts_more_than_what_was_kept(app: AppModel) -> None:
    app.people.update("John", given="Accueil du matin")
    app.people.load((KnownPerson("John", 1.0, 2.0, given="Accueil du soir", muted=True),))
    card = app.people.card("John")
    assert (card.given, card.muted) == ("Accueil du matin", True)
