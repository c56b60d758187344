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
