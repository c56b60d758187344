"""Signing in as somebody else, and somebody between a client and its server."""

import asyncio
import dataclasses
import datetime
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

import devcloud
import devcloud.server.session
from devcloud.client.keyfile import load_or_create
from devcloud.identity.claims import sign_in_claim
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import Refused
from devcloud.net.tls import client_context, load_or_make, server_context
from devcloud.wire.signalling.messages import PROTOCOL_VERSION, SUBPROTOCOL

pytestmark = pytest.mark.asyncio(loop_scope="session")

ANOTHER = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
"""The pin of some other server's certificate."""
DEVICE = "00112233aabbccdd"
Answer = dict[str, Any]


class Stranger:
    """A WebSocket and nothing else: says whatever it likes."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, **message: Any) -> Answer:
        await self.socket.send_json(message)
        async with asyncio.timeout(60):
            return json.loads((await self.socket.receive()).data)

    async def hello(self, name: str, key: str, versions: list[int] | None = None) -> Answer:
        versions = versions or [PROTOCOL_VERSION]
        return await self.say(type="hello", versions=versions, name=name, key=key, device=DEVICE)


@asynccontextmanager
async def stranger(port: int) -> AsyncIterator[Stranger]:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"https://127.0.0.1:{port}/ws", ssl=client_context(), protocols=(SUBPROTOCOL,)
        ) as socket,
    ):
        yield Stranger(socket)


@asynccontextmanager
async def between(port: int, directory: Path) -> AsyncIterator[int]:
    """A proxy with a certificate of its own: reads everything, passes everything on."""
    directory.mkdir()
    certificate = load_or_make(directory, now=datetime.datetime.now(datetime.UTC))
    pipes: set[asyncio.Task[None]] = set()

    async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                target.write(data)
        except (ConnectionError, ssl.SSLError):
            pass
        finally:
            target.close()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port, ssl=client_context())
        for source, target in ((reader, back), (there, writer)):
            pipes.add(asyncio.create_task(pipe(source, target)))

    server = await asyncio.start_server(take, "127.0.0.1", 0, ssl=server_context(certificate))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in pipes:
            task.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)


def proof(key: SigningKey, challenge: Answer, certificate: str | None = None) -> str:
    seen = challenge.get("certificate", "") if certificate is None else certificate
    return key.sign(
        sign_in_claim(
            version=challenge["version"],
            nonce=challenge["nonce"],
            certificate=seen,
            name="John",
            device=DEVICE,
        )
    )


# ── other clients ────────────────────────────────────────────────────────────────────────────────


async def test_another_key_for_a_name_that_is_taken(scene: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        async with devcloud.connect(scene.address, name="John", data=tmp_path, observer=True):
            raise AssertionError("somebody else is John")
    assert refused.value.code == "name_taken"


async def test_another_spelling_of_a_name_that_is_taken(scene: Any, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        async with devcloud.connect(scene.address, name="jOHN", data=tmp_path, observer=True):
            raise AssertionError("somebody else is John")
    assert refused.value.code == "name_taken"


async def test_the_right_key_without_its_secret(scene: Any) -> None:
    """John's public key is everybody's to know. Eve signs with her own."""
    john = load_or_create(scene.data / "john")
    async with stranger(scene.server.port) as eve:
        challenge = await eve.hello("John", john.public)
        signature = proof(SigningKey.from_seed(bytes(32)), challenge)
        assert (await eve.say(type="proof", signature=signature))["code"] == "bad_proof"


async def test_an_old_proof(scene: Any) -> None:
    """What John signed a moment ago, said again."""
    john = load_or_create(scene.data / "john")
    async with stranger(scene.server.port) as once:
        signature = proof(john, await once.hello("John", john.public))
        assert (await once.say(type="proof", signature=signature))["type"] == "welcome"
    async with stranger(scene.server.port) as again:
        await again.hello("John", john.public)
        assert (await again.say(type="proof", signature=signature))["code"] == "bad_proof"


async def test_a_proof_for_another_server(scene: Any) -> None:
    """Another server has coaxed a proof out of John for the very nonce of this one."""
    john = load_or_create(scene.data / "john")
    async with stranger(scene.server.port) as eve:
        challenge = await eve.hello("John", john.public)
        signature = proof(
            john, challenge, certificate="QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
        )
        assert (await eve.say(type="proof", signature=signature))["code"] == "bad_proof"


async def test_an_older_version_asked_for(scene: Any) -> None:
    async with stranger(scene.server.port) as eve:
        answer = await eve.hello("John", load_or_create(scene.data / "john").public, [1])
        assert answer["code"] == "version_unsupported"


# ── somebody in between ──────────────────────────────────────────────────────────────────────────


async def test_a_man_in_the_middle_with_another_certificate(scene: Any, tmp_path: Path) -> None:
    """Whoever has the link, or was there before, says nothing to somebody else's certificate."""
    async with between(scene.server.port, tmp_path / "eve") as port:
        link = f"devcloud://127.0.0.1:{port}/?pin={scene.server.certificate.pin}"
        with pytest.raises(Refused) as refused:
            async with devcloud.connect(link, name="New", data=tmp_path / "new", observer=True):
                raise AssertionError("signed in through somebody")
    assert refused.value.code == "certificate_changed"
    assert refused.value.values["expected"] == scene.server.certificate.fingerprint


async def test_a_man_in_the_middle_at_first_use(scene: Any, tmp_path: Path) -> None:
    """Without a link the certificate seen first is believed; but the proof that is passed on names
    it, and the real server shows another: signing in fails, and the name stays free."""
    async with between(scene.server.port, tmp_path / "eve") as port:
        with pytest.raises(Refused) as refused:
            async with devcloud.connect(
                f"127.0.0.1:{port}", name="New", data=tmp_path / "new", observer=True
            ):
                raise AssertionError("signed in through somebody")
    assert refused.value.code == "bad_proof"
    assert scene.server.hall.accounts.find("New") is None


async def test_a_server_that_chooses_an_older_version(
    scene: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older version did not protect cannot be brought back by offering it."""

    def greet(*arguments: Any, **options: Any) -> Any:
        signing_in = honest(*arguments, **options)
        old = replace(signing_in.challenge, version=PROTOCOL_VERSION - 1)
        return dataclasses.replace(signing_in, challenge=old)

    honest = devcloud.server.session.greet
    monkeypatch.setattr(devcloud.server.session, "greet", greet)
    with pytest.raises(Refused) as refused:
        async with devcloud.connect(scene.address, name="New", data=tmp_path, observer=True):
            raise AssertionError("spoke an older version")
    assert refused.value.code == "version_unsupported"
