"""Signing in: hello → challenge → proof → welcome, and every way it is refused."""

import base64
import datetime
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devcloud.directory.buckets import Rate
from devcloud.directory.joining import Join
from devcloud.identity.keys import SigningKey
from devcloud.net.tls import load_or_make


async def test_over_plain_http_on_this_machine(world: Any) -> None:
    await world.start()
    client = await world.connect()
    assert client.ws.protocol == "devcloud.v2"
    await client.hello("Marc", program="test", future_field=[1, 2])
    challenge = await client.receive()
    assert challenge["version"] == 2
    assert len(base64.urlsafe_b64decode(challenge["nonce"] + "=")) == 32
    assert "certificate" not in challenge
    await client.send(type="proof", signature=client.proof(challenge))
    welcome = await client.receive()
    assert welcome.pop("server").startswith("devcloud/")
    assert welcome == {
        "type": "welcome",
        "name": "Marc",
        "people": [],
        "everyone": True,
        "silence_s": 45.0,
    }


async def test_over_tls_the_proof_is_bound_to_the_certificate(world: Any) -> None:
    server = await world.start()
    client = await world.connect(tls=True)
    await client.hello("Marc")
    challenge = await client.receive()
    assert challenge["certificate"] == server.certificate.pin
    await client.send(type="proof", signature=client.proof(challenge))
    assert (await client.receive())["type"] == "welcome"


async def test_a_proof_for_another_certificate_is_worth_nothing(world: Any) -> None:
    await world.start()
    client = await world.connect(tls=True)
    client.certificate = "A" * 43
    assert (await client.sign_in("Marc"))["code"] == "bad_proof"


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"versions": [1, 3]}, "version_unsupported"),
        ({"name": " "}, "name_empty"),
        ({"name": "x" * 33}, "name_too_long"),
        ({"name": " Marc"}, "name_blank_at_end"),
        ({"name": "Ma\u202erc"}, "name_unprintable"),
        ({"name": ""}, "message_wrong_shape"),
        ({"name": "x" * 200}, "message_wrong_shape"),
        ({"key": ""}, "key_malformed"),
        ({"key": "A" * 43}, "key_malformed"),
        ({"device": "short"}, "message_wrong_shape"),
        ({"status": "asleep"}, "message_wrong_shape"),
    ],
)
async def test_refused_at_hello(world: Any, hello: dict[str, Any], code: str) -> None:
    await world.start()
    client = await world.connect()
    await client.hello(**{"name": "Marc", **hello})
    error = await client.receive()
    assert (error["type"], error["code"]) == ("error", code)
    assert not error["text"].startswith("errors.")
    assert await client.closed() == (1008, code)
    assert (await world.metrics())[f'devcloud_refused_total{{code="{code}"}}'] == 1


@pytest.mark.parametrize("name", ["a", "x" * 32, "🦊🎧", "مارك", "Zoé", "René Coty"])
async def test_names_of_all_kinds(world: Any, name: str) -> None:
    await world.start()
    client = await world.connect()
    assert (await client.sign_in(name))["name"] == name


async def test_a_name_belongs_to_the_first_key(world: Any) -> None:
    await world.start()
    await world.person("Marc")
    other = await world.connect()
    await other.hello("MARC")
    assert (await other.receive())["code"] == "name_taken"


async def test_a_name_belongs_to_its_key_after_a_restart(world: Any) -> None:
    server = await world.start()
    marc = await world.person("Marc")
    await server.__aexit__(None, None, None)
    await world.start()
    other = await world.connect()
    await other.hello("Marc")
    assert (await other.receive())["code"] == "name_taken"
    again = await world.connect(key=marc.key)
    assert (await again.sign_in("marc"))["name"] == "Marc"


async def test_a_proof_by_another_key(world: Any) -> None:
    await world.start()
    client = await world.connect()
    await client.hello("Marc")
    challenge = await client.receive("challenge")
    client.key = SigningKey.from_seed(secrets.token_bytes(32))
    await client.send(type="proof", signature=client.proof(challenge))
    assert (await client.receive())["code"] == "bad_proof"
    assert await client.closed() == (1008, "bad_proof")


async def test_a_proof_replayed_on_another_connection(world: Any) -> None:
    await world.start()
    first = await world.connect()
    await first.hello("Marc")
    proof = first.proof(await first.receive("challenge"))
    await first.send(type="proof", signature=proof)
    assert (await first.receive())["type"] == "welcome"
    second = await world.connect(key=first.key, device=first.device)
    await second.hello("Marc")
    await second.receive("challenge")
    await second.send(type="proof", signature=proof)
    assert (await second.receive())["code"] == "bad_proof"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "proof", "signature": ""},
        {"type": "watch"},
        {"type": "status", "status": "busy"},
        {"type": "invite", "call": "0" * 32, "seq": 1, "to": "John"},
    ],
)
async def test_nothing_before_signing_in(world: Any, message: dict[str, Any]) -> None:
    await world.start()
    client = await world.connect()
    await client.send(**message)
    assert (await client.receive())["code"] == "not_signed_in"
    assert (await client.closed())[0] == 1008


@pytest.mark.parametrize("stage", ["challenged", "signed in"])
async def test_hello_twice(world: Any, stage: str) -> None:
    await world.start()
    client = await world.connect()
    if stage == "signed in":
        await client.sign_in("Marc")
    else:
        await client.hello("Marc")
        await client.receive("challenge")
    await client.hello("Marc")
    assert (await client.receive())["code"] == "already_signed_in"


async def test_proof_twice(world: Any) -> None:
    await world.start()
    client = await world.person("Marc")
    await client.send(type="proof", signature="")
    assert (await client.receive())["code"] == "already_signed_in"


async def test_who_takes_too_long(world: Any) -> None:
    server = await world.start()
    client = await world.connect()
    await client.hello("Marc")
    await client.receive("challenge")
    # From here on, or a busy machine has taken too long before its hello.
    limits = replace(server.hall.settings.limits, sign_in_s=0.05)
    server.hall.settings = replace(server.hall.settings, limits=limits)
    assert (await client.receive())["code"] == "handshake_timeout"
    assert await client.closed() == (1008, "handshake_timeout")


async def test_the_same_device_again_replaces_its_older_connection(world: Any) -> None:
    await world.start()
    older = await world.person("Marc")
    newer = await world.connect(key=older.key, device=older.device)
    await newer.sign_in("Marc")
    assert await older.receive("bye") == {"type": "bye", "code": "replaced"}
    assert await older.closed() == (1000, "replaced")
    john = await world.person("John")
    await john.call("invite", "Marc", "c" * 32)
    assert (await newer.receive("invite"))["from"] == "John"


async def test_an_observer_sees_but_is_not_seen_and_claims_no_name(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    observer = await world.connect()
    welcome = await observer.sign_in("Looker", observer=True)
    assert [person["name"] for person in welcome["people"]] == ["Marc"]
    await observer.call("invite", "Marc", "c" * 32)
    assert (await observer.receive("error"))["code"] == "observers_cannot_call"
    await marc.call("invite", "Looker", "d" * 32)
    assert (await marc.receive("undeliverable"))["code"] == "unknown_name"
    await world.person("Looker")


async def test_devices_and_new_names_are_bounded(world: Any) -> None:
    await world.start(new_names=Rate(per_second=0, burst=2))
    marc = await world.person("Marc")
    await world.person("John")
    for _ in range(15):
        await world.same_person(marc)
    one_more = await world.connect(key=marc.key)
    assert (await one_more.sign_in("Marc"))["code"] == "too_many_devices"
    third = await world.connect()
    assert (await third.sign_in("Third"))["code"] == "too_many_names"


async def test_leaving(world: Any, until: Any) -> None:
    server = await world.start()
    marc = await world.person("Marc")
    await marc.send(type="bye", code="leaving")
    assert (await marc.closed())[0] == 1000
    await until(lambda: not server.hall.sessions)
    assert len(server.hall.people) == 0


async def test_behind_a_proxy_the_proof_is_bound_to_the_proxys_certificate(
    world: Any, tmp_path: Path
) -> None:
    (tmp_path / "proxy").mkdir()
    proxy = load_or_make(tmp_path / "proxy", now=datetime.datetime.now(datetime.UTC))
    world.settings = replace(
        world.settings, behind_proxy=True, proxy_certificate=proxy.certificate, join=Join.OPEN
    )
    server = await world.start()
    # What a proxy on this machine sends on, after it has taken the TLS off.
    ws = await world.http.ws_connect(
        f"ws://127.0.0.1:{server.port}/ws",
        headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"},
    )
    client = type(await world.connect())(ws, certificate=proxy.pin)
    assert (await client.sign_in("Marc"))["type"] == "welcome"
    assert "203.0.113.9" in {session.address for session in server.hall.sessions}
    await client.ws.close()
