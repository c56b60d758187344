"""The connection page: checks, what a paste fills in, and how it fails."""

from pathlib import Path

import pytest
from tests.unit.desktop import fakes

from devcloud.desktop import happenings as on
from devcloud.desktop import orders
from devcloud.desktop.viewmodel.app import AppModel
from devcloud.desktop.viewmodel.connection import ConnectModel
from devcloud.model.errors import Refused, Unreachable
from devcloud.model.texts import Language, knows


@pytest.fixture
def app(tmp_path: Path) -> AppModel:
    return fakes.app_model(tmp_path, online=False, language=Language.ENGLISH)


@pytest.fixture
def form(app: AppModel) -> ConnectModel:
    return app.connect_form


def test_the_first_wrong_field_takes_the_focus_and_errors_go_as_they_are_fixed(
    app: AppModel, form: ConnectModel
) -> None:
    focused: list[str] = []
    form.focus_field.connect(focused.append)
    form.set_field("port", "80")
    assert form.errors == {}  # nothing is wrong before Connect
    form.submit()
    assert list(form.errors) == ["name", "host", "port"]
    assert all(knows(f"desktop.{key}") for key in form.errors.values())
    assert focused == ["name"]
    form.set_field("name", "Marc")
    form.set_field("port", "10000")
    assert list(form.errors) == ["host"]
    form.submit()
    assert focused == ["name", "host"]
    assert fakes.core(app).asked_for(orders.SignIn) == []


@pytest.mark.parametrize(
    ("pasted", "host", "port", "address"),
    [
        ("192.168.35.145:10000", "192.168.35.145", "10000", "192.168.35.145:10000"),
        ("  devcloud.example:2000 ", "devcloud.example", "2000", "devcloud.example:2000"),
        ("[2001:db8::1]:2000", "2001:db8::1", "2000", "[2001:db8::1]:2000"),
        (
            "devcloud://192.0.2.2:38267/?pin=abc&invite=def",
            "192.0.2.2",
            "38267",
            "devcloud://192.0.2.2:38267/?pin=abc&invite=def",
        ),
        (
            "https://192.0.2.2:38267/#invite=def",
            "192.0.2.2",
            "38267",
            "devcloud://192.0.2.2:38267/?invite=def",
        ),
    ],
)
def test_a_paste_fills_both_fields(
    form: ConnectModel, pasted: str, host: str, port: str, address: str
) -> None:
    form.set_field("host", pasted)
    assert (form.host, form.port, form.address) == (host, port, address)


@pytest.mark.parametrize("done", ["leave_host", "submit"])
def test_what_is_typed_sign_by_sign_is_taken_apart_when_it_is_complete(
    form: ConnectModel, done: str
) -> None:
    typed = "192.0.2.2:41585"
    for end in range(1, len(typed) + 1):
        form.set_field("host", typed[:end])
        assert (form.host, form.port) == (typed[:end], "10000")
    getattr(form, done)()
    assert (form.host, form.port) == ("192.0.2.2", "41585")


def test_a_link_is_of_its_host_only(form: ConnectModel) -> None:
    form.set_field("host", "devcloud://192.0.2.2:38267/?pin=abc")
    form.set_field("host", "192.0.2.3")
    assert form.address == "192.0.2.3:38267"


def test_a_link_is_of_its_port_only_and_goes_with_the_next_address(form: ConnectModel) -> None:
    form.set_field("host", "devcloud://192.0.2.2:38267/?pin=abc")
    form.set_field("port", "2000")
    assert form.address == "192.0.2.2:2000"
    form.set_field("host", "devcloud://192.0.2.2:38267/?pin=abc&invite=def")
    form.set_field("host", "192.0.2.2:38267")
    assert form.address == "192.0.2.2:38267"


def test_a_new_certificate_is_accepted_although_the_link_named_another(app: AppModel) -> None:
    core, form = fakes.core(app), app.connect_form
    core.failing[orders.SignIn] = Refused("certificate_changed", expected="AA:BB", seen="CC:DD")
    form.set_field("name", "Marc")
    form.set_field("host", "devcloud://192.0.2.2:38267/?pin=abc&invite=def")
    form.submit()
    core.failing.clear()
    app.accept_server_key()
    signed_in = core.asked_for(orders.SignIn)[-1]
    assert signed_in.address == "devcloud://192.0.2.2:38267/?invite=def"
    assert app.page == "home"


def test_what_did_not_work_is_said_in_the_next_language_too(
    app: AppModel, form: ConnectModel
) -> None:
    fakes.core(app).failing[orders.SignIn] = Unreachable("server_unreachable", address="x")
    form.set_field("name", "Marc")
    form.set_field("host", "[2001:db8::1]:2000")
    form.submit()
    app.settings.set("language", "fr")
    assert form.banner is not None
    assert form.banner.text.startswith("Le serveur ne répond pas à [2001:db8::1]:2000.")
    assert form.banner.action_text == "Réessayer"
    form.failed(None)
    app.settings.set("language", "en")
    assert form.banner is None


@pytest.mark.parametrize(
    "host", ["", "256.1.1.1", "1.2.3", "a b", "http://", "host:99999", "-x", ":::x", "é.example"]
)
def test_what_is_no_address(form: ConnectModel, host: str) -> None:
    form.set_field("name", "Marc")
    form.set_field("host", host)
    form.submit()
    assert form.errors == {"host": "connect_error_host"}


@pytest.mark.parametrize("port", ["", "1023", "65536", "-1", "1e4", "１００００", "100000000000"])
def test_what_is_no_port(form: ConnectModel, port: str) -> None:
    form.set_field("name", "Marc")
    form.set_field("host", "192.0.2.2")
    form.set_field("port", port)
    form.submit()
    assert form.errors == {"port": "connect_error_port"}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("  ", "connect_error_name"),
        ("x" * 33, "connect_error_name_long"),
        ("a\u200fb", "connect_error_name_signs"),
    ],
)
def test_what_is_no_name(form: ConnectModel, name: str, error: str) -> None:
    form.set_field("host", "192.0.2.2")
    form.set_field("name", name)
    form.submit()
    assert form.errors == {"name": error}


def connect(app: AppModel) -> None:
    app.connect_form.set_field("name", " Marc ")
    app.connect_form.set_field("host", "192.0.2.2")
    app.connect_form.submit()


def test_connecting_can_be_cancelled(app: AppModel, form: ConnectModel) -> None:
    fakes.core(app).slow = {orders.SignIn}
    connect(app)
    assert (form.busy, app.link.state, app.page) == (True, "connecting", "connect")
    form.submit()
    assert len(fakes.core(app).asked_for(orders.SignIn)) == 1
    form.cancel()
    assert (form.busy, app.link.state) == (False, "offline")
    assert fakes.core(app).asked_for(orders.SignOut)


def test_connected_it_remembers_and_shows_the_people(app: AppModel) -> None:
    connect(app)
    (order,) = fakes.core(app).asked_for(orders.SignIn)
    assert (order.name, order.address, order.legacy_2023) == ("Marc", "192.0.2.2:10000", "on")
    assert (app.page, app.me.name, app.me.status) == ("home", "Marc", "available")
    assert (app.settings.value("name"), app.settings.value("host")) == ("Marc", "192.0.2.2")


@pytest.mark.parametrize(
    ("error", "text", "action"),
    [
        (
            Refused("name_taken", text=""),
            "That name is already used on this server. Choose another.",
            "retry",
        ),
        (
            Unreachable("server_unreachable", address="x", detail=""),
            "The server does not answer at 192.0.2.2:10000. Check that it is running.",
            "retry",
        ),
        (
            Refused("certificate_changed", expected="AA:BB", seen="CC:DD"),
            "This server’s key has changed. Ask whoever hosts it before going on.",
            "show_fingerprint",
        ),
    ],
)
def test_what_did_not_work_is_said_over_the_button(
    app: AppModel, form: ConnectModel, error: Refused, text: str, action: str
) -> None:
    fakes.core(app).failing[orders.SignIn] = error
    connect(app)
    assert form.banner is not None
    assert (form.banner.text, form.banner.action, form.busy) == (text, action, False)
    assert app.page == "connect"


def test_a_new_certificate_is_accepted_by_its_fingerprint(app: AppModel) -> None:
    core = fakes.core(app)
    core.failing[orders.SignIn] = Refused("certificate_changed", expected="AA:BB", seen="CC:DD")
    connect(app)
    asked: list[None] = []
    app.server_key_question_changed.connect(lambda: asked.append(None))
    app.connect_form.banner_action()
    question = app.server_key_question
    assert question is not None
    assert (question.old, question.new, len(asked)) == ("AA:BB", "CC:DD", 1)
    core.failing.clear()
    app.accept_server_key()
    (accepted,) = core.asked_for(orders.AcceptServerKey)
    assert accepted.pin == "CC:DD"
    assert (app.page, app.server_key_question) == ("home", None)


def test_being_refused_later_leads_back_to_the_page(app: AppModel) -> None:
    connect(app)
    fakes.core(app).happened.emit(on.SignedOut(Refused("replaced", text="")))
    assert (app.page, app.link.state, app.me.status) == ("connect", "offline", "offline")
    assert app.connect_form.banner is not None


def test_it_connects_at_startup_when_that_is_wanted(tmp_path: Path) -> None:
    settings = {"connect_at_startup": True, "name": "Marc", "host": "192.0.2.2"}
    app = fakes.app_model(tmp_path, online=False, settings=settings)
    app.start()
    assert app.page == "home"


def test_settings_of_the_connection_apply_after_the_call(app: AppModel) -> None:
    connect(app)
    core, clock = fakes.core(app), fakes.clock(app)
    fakes.talking(app)
    app.settings.set("only_encrypted", True)
    clock.advance(5)
    assert len(core.asked_for(orders.SignIn)) == 1
    assert app.calls.current is not None
    app.calls.current.hang_up()
    clock.advance(10)
    assert [order.only_encrypted for order in core.asked_for(orders.SignIn)] == [False, True]
    assert app.page == "home"


def test_another_name_signs_in_again(app: AppModel) -> None:
    connect(app)
    app.settings.set("name", "Studio")
    fakes.clock(app).advance(2)
    assert app.me.name == "Studio"
    app.settings.set("name", "x" * 40)
    fakes.clock(app).advance(2)
    assert app.me.name == "Studio"
