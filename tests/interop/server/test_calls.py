"""Call messages: whom they reach, what is stamped, what is written down."""

import secrets
from dataclasses import replace
from typing import Any

import pytest

from devcloud.model.records import EndReason
from devcloud.server.store import DATABASE_FILE, load_calls, open_database


def call_id() -> str:
    return secrets.token_hex(16)


def written(world: Any) -> list[Any]:
    engine = open_database(world.settings.data / DATABASE_FILE)
    try:
        with engine.connect() as connection:
            return load_calls(connection)
    finally:
        engine.dispose()


async def test_forwarded_with_the_sender_stamped_and_the_body_as_it_was(world: Any) -> None:
    await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    call, body = call_id(), '{ "sdp" :"v=0\\r\\n", "new":[1, 2.50,null] }'
    await marc.ws.send_str(
        f'{{"type":"invite","call":"{call}","seq":1,"to":"JOHN","from":"Eve","device":"lie",'
        f'"later":true,"body":{body}}}'
    )
    frame = await john.ws.receive()
    while '"invite"' not in frame.data:
        frame = await john.ws.receive()
    assert frame.data == (
        f'{{"type":"invite","call":"{call}","seq":1,"to":"JOHN","from":"Marc",'
        f'"device":"{marc.device}","body":{body}}}'
    )


async def test_all_devices_ring_and_one_can_be_meant_or_left_out(world: Any) -> None:
    await world.start()
    marc = await world.person("Marc")
    desk = await world.person("John")
    phone = await world.same_person(desk)
    call = call_id()
    await marc.call("invite", "John", call)
    for device in (desk, phone):
        assert (await device.receive("invite"))["call"] == call
    await phone.call("answer", "Marc", call, to_device=marc.device)
    assert (await marc.receive("answer"))["device"] == phone.device
    await marc.call("cancel", "John", call, 2, not_device=phone.device, reason="answered_elsewhere")
    assert (await desk.receive("cancel"))["reason"] == "answered_elsewhere"
    await marc.call("update", "John", call, 3, to_device=phone.device)
    # Who is there may be told at any time; the cancellation is not told here.
    while (said := (await phone.receive())["type"]) == "presence":
        pass
    assert said == "update"


async def test_nobody_there(world: Any, until: Any) -> None:
    server = await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    device = john.device
    await john.ws.close()
    await until(lambda: server.hall.people.person("John") is None)
    for to, code in (("John", "offline"), ("Johnny", "unknown_name")):
        call = call_id()
        await marc.call("invite", to, call, 7)
        assert await marc.receive("undeliverable") == {
            "type": "undeliverable",
            "call": call,
            "seq": 7,
            "to": to,
            "code": code,
        }
    phone = await world.same_person(john)
    await marc.call("hangup", "John", call_id(), to_device=device)
    assert (await marc.receive("undeliverable"))["code"] == "offline"
    # An acknowledgement is never answered, nor a message to «all others» where there are none.
    await marc.call("ack", "Johnny", call_id())
    await marc.call("cancel", "John", call_id(), not_device=phone.device)
    await marc.call("invite", "Marc", call_id(), 9)
    error = await marc.receive("error")
    assert (error["code"], error["seq"]) == ("name_own", 9)


async def test_a_message_that_grows_too_long_by_the_stamp_is_refused(world: Any) -> None:
    await world.start()
    marc, john = await world.person("M" * 32), await world.person("John")
    call = call_id()
    text = f'{{"type":"invite","call":"{call}","seq":1,"to":"John","body":"'
    await marc.ws.send_str(text + "x" * (65_536 - len(text) - 2) + '"}')
    error = await marc.receive("error")
    assert (error["code"], error["call"], error["seq"]) == ("message_too_long", call, 1)
    await marc.call("invite", "John", call)
    assert (await john.receive("invite"))["call"] == call


@pytest.mark.parametrize(
    ("messages", "reason", "answered"),
    [
        (["answer", "hangup"], EndReason.COMPLETED, True),
        (["decline"], EndReason.DECLINED, False),
        (["cancel"], EndReason.CANCELLED, False),
    ],
)
async def test_calls_are_written_down(
    world: Any, until: Any, messages: list[str], reason: EndReason, answered: bool
) -> None:
    server = await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    call = call_id()
    await marc.call("invite", "John", call)
    await john.receive("invite")
    for seq, kind in enumerate(messages, 2):
        sender, receiver = (marc, john) if kind in ("cancel", "hangup") else (john, marc)
        await sender.call(kind, receiver.name, call, seq)
        await receiver.receive(kind)
    metrics = await world.metrics()
    await server.__aexit__(None, None, None)
    # A slow disk is not waited for by a server that stops; what it was given it still writes.
    await until(lambda: written(world))
    (record,) = written(world)
    assert (record.call, record.caller, record.callee) == (call, "Marc", "John")
    assert (record.reason, record.answered_at is not None) == (reason, answered)
    assert 1.7e9 < record.begun_at <= record.ended_at < record.begun_at + 60
    assert metrics["devcloud_calls_begun_total"] == 1
    assert metrics[f'devcloud_calls_ended_total{{reason="{reason}"}}'] == 1
    assert metrics['devcloud_messages_total{type="invite"}'] == 1


async def test_calls_that_reached_nobody_and_those_a_stop_cut_off(world: Any, until: Any) -> None:
    server = await world.start()
    marc, john = await world.person("Marc"), await world.person("John")
    await marc.call("invite", "Nobody", call_id())
    await marc.receive("undeliverable")
    await marc.call("invite", "John", call_id())
    await john.receive("invite")
    await server.__aexit__(None, None, None)
    await until(lambda: len(written(world)) == 2)
    assert {record.reason for record in written(world)} == {
        EndReason.UNKNOWN_NAME,
        EndReason.CONNECTION_LOST,
    }


async def test_nothing_is_written_down_when_the_host_does_not_want_it(world: Any) -> None:
    world.settings = replace(world.settings, records=False)
    server = await world.start()
    marc = await world.person("Marc")
    await marc.call("invite", "Nobody", call_id())
    await marc.receive("undeliverable")
    assert (await world.metrics())['devcloud_calls_ended_total{reason="unknown_name"}'] == 1
    await server.__aexit__(None, None, None)
    assert written(world) == []
