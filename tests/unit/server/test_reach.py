"""Who may join a server that was not told: it depends on who can reach it."""

import socket

import pytest

from devcloud.directory.joining import Join
from devcloud.server.reach import default_join, listened_on, machine_addresses


@pytest.mark.parametrize(
    ("hosts", "join"),
    [
        (["127.0.0.1"], Join.OPEN),
        (["::1", "10.1.2.3", "192.168.1.5", "172.16.0.1", "fd00::1", "fe80::1"], Join.OPEN),
        (["9.9.9.9"], Join.INVITE),
        (["192.168.1.5", "2600::1"], Join.INVITE),
        (["100.64.0.1"], Join.INVITE),
    ],
)
def test_by_its_addresses(hosts: list[str], join: Join) -> None:
    assert default_join(hosts, behind_proxy=False) is join


def test_a_proxy_brings_anybody() -> None:
    assert default_join(["127.0.0.1"], behind_proxy=True) is Join.INVITE


def test_all_interfaces_are_all_addresses_of_the_machine() -> None:
    with socket.socket() as one, socket.socket() as every:
        one.bind(("127.0.0.1", 0))
        every.bind(("0.0.0.0", 0))
        assert listened_on([one]) == ["127.0.0.1"]
        assert {"127.0.0.1"} < set(listened_on([every])) | {"::1"}


def test_what_is_told_to_others_is_not_loopback_if_there_is_more() -> None:
    found = machine_addresses()
    assert found == ["127.0.0.1"] or not any(each.startswith("127.") for each in found)
