"""What a server's log says of 2023 clients, in both languages; settings as 2023 checked them."""

import pytest

from devcloud.model.errors import BadSettings
from devcloud.model.texts import Language, catalogue
from devcloud.wire.legacy2023.connection import (
    Disconnected,
    DisconnectRefused,
    Ending,
    Event,
    LookedUp,
    Misunderstood,
    Registered,
    RegistrationRefused,
    UnknownName,
    Unreported,
)
from devcloud.wire.legacy2023.happenings import Closed, Happening, Ignored, Rang, TurnedAway, Why
from devcloud.wire.legacy2023.sentences import sentence, told
from devcloud.wire.legacy2023.settings import parse_ip, parse_port

EN, FR = Language.ENGLISH, Language.FRENCH
AT = "10.0.0.1"


@pytest.mark.parametrize(
    ("event", "english", "french"),
    [
        (
            Registered(address=AT, name="Marc"),
            "Marc is here, at 10.0.0.1.",
            "Marc est là, à l’adresse 10.0.0.1.",
        ),
        (
            Registered(address=AT, name="Max", formerly="Marc"),
            "Marc, at 10.0.0.1, is now called Max.",
            "Marc, à l’adresse 10.0.0.1, s’appelle désormais Max.",
        ),
        (
            RegistrationRefused(address=AT, name="John", claim="taken"),
            "10.0.0.1 asked for the name «John», which is taken.",
            "10.0.0.1 a demandé le nom «\u202fJohn\u202f», qui est déjà pris.",
        ),
        (
            RegistrationRefused(address=AT, name="", claim="name_empty"),
            "10.0.0.1 was refused the name «».",
            "Le nom «\u202f\u202f» a été refusé à 10.0.0.1.",
        ),
        (
            LookedUp(address=AT, asker="Marc", wanted="John", found="10.0.0.2"),
            "Marc (10.0.0.1) wants to reach John, who is at 10.0.0.2.",
            "Marc (10.0.0.1) veut joindre John, qui est à l’adresse 10.0.0.2.",
        ),
        (
            UnknownName(address=AT, asker="", wanted="a\nb\x1b"),
            "Somebody without a name (10.0.0.1) wants to reach «a\\nb\\x1b», whom nobody here is.",
            "Quelqu’un sans nom (10.0.0.1) veut joindre «\u202fa\\nb\\x1b\u202f», qui est inconnu"
            " ici.",
        ),
        (
            DisconnectRefused(address=AT, asker="Marc", name="John"),
            "Marc (10.0.0.1) tried to disconnect «John», who is somebody else: nothing was"
            " deleted.",
            "Marc (10.0.0.1) a tenté de déconnecter «\u202fJohn\u202f», qui est quelqu’un"
            " d’autre\u202f: rien n’a été supprimé.",
        ),
        (
            Misunderstood(address=AT, asker="Marc", code="unknown_command"),
            "Marc (10.0.0.1) sent something that is no request (unknown_command).",
            "Marc (10.0.0.1) a envoyé autre chose qu’une demande (unknown_command).",
        ),
        (
            Unreported(address=AT, asker="Marc", count=98),
            "Marc (10.0.0.1) sent 98 more requests.",
            "Marc (10.0.0.1) a envoyé 98 autres demandes.",
        ),
        (
            Disconnected(address=AT, name="Marc", ending=Ending.ASKED),
            "Marc (10.0.0.1) has gone.",
            "Marc (10.0.0.1) est parti.",
        ),
        (
            Disconnected(address=AT, name="", ending=Ending.LOST),
            "Somebody without a name (10.0.0.1) has gone: the connection was lost.",
            "Quelqu’un sans nom (10.0.0.1) est parti\u202f: la connexion a été perdue.",
        ),
        (
            Disconnected(address=AT, name="Marc", ending=Ending.TOO_SLOW),
            "Marc (10.0.0.1) was cut off (a request did not end).",
            "Marc (10.0.0.1) a été coupé (une demande n’en finissait pas).",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Event) else "",
)
def test_sentence(event: Event, english: str, french: str) -> None:
    assert sentence(event, EN) == english
    assert sentence(event, FR) == french


def test_every_ending_has_its_words() -> None:
    for ending in Ending:
        text = sentence(Disconnected(address=AT, name="Marc", ending=ending), FR)
        assert "legacy2023" not in text
        assert "{" not in text


def test_an_event_without_a_sentence_is_a_bug() -> None:
    with pytest.raises(KeyError):
        sentence(Event(address=AT), EN)


def test_the_sentences_that_users_of_2023_know() -> None:
    texts = {key: languages["fr"] for key, languages in catalogue().items()}
    assert texts["errors.name_empty"].startswith("Vous devez entrer un nom")
    assert texts["errors.ip_invalid"].startswith("L’adresse ip est invalide")
    assert texts["errors.port_out_of_range"].startswith(
        "Le numéro de port doit être compris entre 1024 et 65535"
    )
    assert texts["errors.recipient_unknown"].startswith("Le destinataire")


@pytest.mark.parametrize("text", ["", "300.1.1.1", "10.0.0", "server", "10.0.0.1:5001"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadSettings) as refused:
        parse_ip(text)
    assert refused.value.code == "ip_invalid"
    assert refused.value.text(FR).startswith("L’adresse ip est invalide")


@pytest.mark.parametrize("text", ["", "1023", "65536", "99999999", "-5001", "5001.0", "٥٠٠١"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(BadSettings) as refused:
        parse_port(text)
    assert refused.value.code == "port_out_of_range"


def test_what_is_an_address_and_a_port() -> None:
    assert parse_ip(" 192.168.35.145 ") == "192.168.35.145"
    assert parse_ip("2001:DB8::1") == "2001:db8::1"
    assert [parse_port(text) for text in ("1024", " 10000", "65535")] == [1024, 10000, 65535]


@pytest.mark.parametrize(
    ("happening", "english"),
    [
        (Rang("Marc", AT), "Marc calls (10.0.0.1)."),
        (TurnedAway("Marc", AT), "Marc (10.0.0.1) called during a call and was told «busy»."),
        (
            Ignored(AT, Why.IMPOSTOR, "Ma\nrc"),
            "10.0.0.1 called as «Ma\\nrc», who is not there by the directory: ignored.",
        ),
        (
            Ignored(AT, Why.FLOOD, "Marc"),
            "10.0.0.1 calls as «Marc» among too many callers at once: ignored.",
        ),
        (Ignored(AT, Why.NOISE), "10.0.0.1 sent something that is no 2023 datagram: ignored."),
        (Ignored(AT, Why.STRANGER), "10.0.0.1 sent part of a call that it is not in: ignored."),
    ],
)
def test_what_a_clients_log_says(happening: Happening, english: str) -> None:
    assert told(happening, EN) == english
    assert told(happening, FR) not in ("", english)


def test_the_rest_is_no_news() -> None:
    with pytest.raises(ValueError, match="Closed"):
        told(Closed("Marc"), EN)
