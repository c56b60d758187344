"""Who is there, as the server tells it."""

from devcloud.client.people import People
from devcloud.model.presence import Person, Status
from devcloud.wire.signalling.messages import Presence, Welcome


def names(people: People) -> list[str]:
    return [person.name for person in people.everyone()]


def test_they_come_and_go_and_change() -> None:
    people = People()
    people.welcomed(welcome(Person(name="zoé"), Person(name="John")))
    assert names(people) == ["John", "zoé"]
    people.changed(Presence(people=[Person(name="Anna")], gone=["john"]))
    assert names(people) == ["Anna", "zoé"]
    people.changed(Presence(people=[Person(name="Anna", status=Status.BUSY)], gone=[]))
    anna = people.find("ANNA")
    assert anna is not None and anna.status is Status.BUSY
    assert people.find("John") is None


def test_a_new_connection_begins_anew() -> None:
    people = People()
    people.welcomed(welcome(Person(name="John")))
    people.lost()
    assert names(people) == []
    people.welcomed(welcome(Person(name="Anna")))
    assert names(people) == ["Anna"]


def test_somebody_who_goes_and_comes_in_one_message_is_there() -> None:
    people = People()
    people.welcomed(welcome(Person(name="John")))
    people.changed(Presence(people=[Person(name="JOHN")], gone=["John"]))
    assert names(people) == ["JOHN"]


def welcome(*people: Person) -> Welcome:
    return Welcome(name="Marc", server="0.1.0", people=list(people), everyone=True, silence_s=45.0)


def test_only_those_who_are_watched_are_kept() -> None:
    people = People()
    people.welcomed(welcome(Person(name="Accueil"), Person(name="Atelier"), Person(name="John")))
    people.keep_only({"john", "support"})
    assert names(people) == ["John"]


def test_a_part_of_a_name_finds_the_first_of_them() -> None:
    people = People()
    people.welcomed(
        welcome(Person(name="Salle 204"), Person(name="Salle 105"), Person(name="John"))
    )
    assert [each.name for each in people.search("SALLE", 50)] == ["Salle 105", "Salle 204"]
    assert [each.name for each in people.search("a", 1)] == ["Salle 105"]
    assert people.search("Studio", 50) == ()
