"""Eve: other keys under known names, between two people at their first call, and in nobody's way.

Eve's programs are real, too; the lying server lets her sign in as anybody and delivers to her what
is meant for others.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
import pytest_asyncio

import devcloud
from devcloud.identity.keys import SigningKey, fingerprint
from devcloud.model.errors import Untrusted
from devcloud.model.presence import Person
from devcloud.wire.signalling import messages
from devcloud.wire.signalling.messages import CallMessage

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVE = SigningKey.from_seed(b"Eve has keys of her own, as many"[:32])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def eve(stage: Any) -> AsyncIterator[Any]:
    """Eve signs in as anybody: `await eve("John")`. One program for each name."""
    programs: dict[str, devcloud.Client] = {}
    async with AsyncExitStack() as stack:
        stack.enter_context(stage.server.letting_in("Marc", "John", "Paul"))

        async def as_(name: str) -> devcloud.Client:
            if name not in programs:
                data = stage.data / f"eve-{name.lower()}"
                connection = devcloud.connect(
                    stage.address, name=name, data=data, warm_up="always", timers=stage.timers
                )
                programs[name] = await stack.enter_async_context(connection)
            return programs[name]

        yield as_


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def as_before(scene: Any) -> AsyncIterator[None]:
    """Whatever keys have been accepted here, nobody knows of them afterwards."""
    books = [(who, who.core.desk._gate.book) for who in (scene.marc, scene.john, scene.paul)]
    yield
    await scene.clear()
    for who, book in books:
        who.core.desk._gate._guard.book = book
        who._pinned(book)


def device(client: devcloud.Client) -> str:
    return client.core.desk.device


def between(routes: dict[tuple[str, str], str]) -> Any:
    """Deliver to one device: by the device that says it, and the name it says it to."""

    def lie(message: CallMessage) -> Iterable[CallMessage]:
        to = routes.get((message.device, message.to))
        if to is not None:
            yield msgspec.structs.replace(message, to_device=to)

    return lie


async def leave(client: devcloud.Client) -> None:
    for call in client.calls:
        await call.hang_up()


# ── keys that have changed ───────────────────────────────────────────────────────────────────────


async def test_a_changed_key_shows_before_anything_is_sent(scene: Any) -> None:
    """The list of people shows another key for John than last time: his telephone does not even
    ring before Marc has said that it is right."""
    before = set(scene.server.calls)
    known = scene.marc.core.people.find("John")
    scene.marc.core.people.changed(messages.Presence(people=[Person(name="John", key=EVE.public)]))
    with pytest.raises(Untrusted) as refused:
        await scene.marc.call("John")
    assert (refused.value.code, refused.value.values["new"]) == (
        "key_changed",
        fingerprint(EVE.public),
    )
    with pytest.raises(Untrusted, match="does not show that key"):
        scene.marc.accept_key("John", fingerprint=fingerprint(known.key))
    scene.marc.core.people.changed(messages.Presence(people=[known]))
    # A later call is heard of after all that was said of this one.
    later = await scene.call()
    await scene.rings(scene.john)
    assert scene.server.calls - before == {later.id}


async def test_somebody_else_answers_for_a_known_person(scene: Any, eve: Any) -> None:
    """The list is true, and the call is delivered to Eve. It waits for Marc's word, and without
    one it ends by name."""
    john = await eve("John")
    scene.server.lie = between(
        {(device(scene.marc), "John"): device(john), (device(john), "Marc"): device(scene.marc)}
    )
    ours = await scene.call()
    theirs = await scene.rings(john)
    await theirs.accept()
    status = await scene.until(ours, lambda status: status.key_changed)
    assert (status.trouble, status.verified, status.safety_words) == ("key_changed", False, ())
    assert await scene.end(ours) == ("untrusted", "key_changed")
    assert (await scene.end(theirs))[0] in ("untrusted", "media_failed")
    scene.nobody_heard_anything(ours, theirs)


async def test_hanging_up_on_a_changed_key(scene: Any, eve: Any) -> None:
    john = await eve("John")
    scene.server.lie = between(
        {(device(scene.marc), "John"): device(john), (device(john), "Marc"): device(scene.marc)}
    )
    ours = await scene.call()
    theirs = await scene.rings(john)
    await scene.until(ours, lambda status: status.key_changed)
    await ours.hang_up()
    assert await scene.end(ours) == ("untrusted", "key_changed")
    assert await scene.end(theirs) == ("untrusted", "untrusted_there")
    scene.nobody_heard_anything(ours, theirs)


async def test_a_changed_key_that_is_right(scene: Any, eve: Any) -> None:
    """John has a new computer. Once Marc says so the call goes on, and it is a first call."""
    john = await eve("John")
    scene.server.lie = between(
        {(device(scene.marc), "John"): device(john), (device(john), "Marc"): device(scene.marc)}
    )
    ours = await scene.call()
    theirs = await scene.rings(john)
    await theirs.accept()
    await scene.until(ours, lambda status: status.key_changed)
    await ours.accept_key()
    status = await scene.until(ours, lambda status: bool(status.safety_words))
    assert (status.key_changed, status.verified) == (False, False)
    words = (await scene.until(theirs, lambda status: bool(status.safety_words))).safety_words
    assert words == status.safety_words
    await ours.hang_up()
    assert (await scene.end(theirs))[0] == "completed"


async def test_somebody_else_calls_as_a_known_person(scene: Any, eve: Any, lying: Any) -> None:
    """It rings, and says that the key has changed; it cannot be taken before John has said that
    this is right, and John's addresses stay with John."""
    marc = await eve("Marc")
    scene.server.lie = between(
        {(device(marc), "John"): device(scene.john), (device(scene.john), "Marc"): device(marc)}
    )
    ours = scene.wire(await marc.call("John"))
    theirs = await scene.rings(scene.john)
    assert (theirs.status.key_changed, theirs.status.trouble) == (True, "key_changed")
    with pytest.raises(Untrusted, match="The key of Marc has changed"):
        await theirs.accept()
    await theirs.decline()
    assert await scene.end(theirs) == ("untrusted", "key_changed")
    assert await scene.end(ours) == ("untrusted", "untrusted_there")
    shown = [each for each in scene.server.said if each.from_ == "John"]
    assert not any(isinstance(each, messages.Candidate) for each in shown)
    assert not any(lying.body_of(each).get("sdp") for each in shown)
    scene.nobody_heard_anything(ours, theirs)


# ── the first call ───────────────────────────────────────────────────────────────────────────────


async def test_a_man_in_the_middle_of_a_first_call_shows_in_the_words(scene: Any, eve: Any) -> None:
    """Paul and John have never talked. Eve has a call with each, and every signature is right; but
    she cannot make both sets of words alike."""
    john, paul = await eve("John"), await eve("Paul")
    scene.server.lie = between(
        {
            (device(scene.paul), "John"): device(john),
            (device(john), "Paul"): device(scene.paul),
            (device(paul), "John"): device(scene.john),
            (device(scene.john), "Paul"): device(paul),
        }
    )
    from_paul = await scene.paul.call("John")
    to_eve = await scene.rings(john)
    await paul.call("John")
    to_john = await scene.rings(scene.john)
    await to_john.accept()
    await to_eve.accept()
    both = [
        (await scene.until(call, lambda status: bool(status.safety_words))).safety_words
        for call in (from_paul, to_john)
    ]
    assert both[0] != both[1]
    assert not from_paul.status.verified and not to_john.status.verified
    await from_paul.confirm_words(match=False)
    await from_paul.hang_up()
    await to_john.hang_up()
    await leave(john)
    await leave(paul)
