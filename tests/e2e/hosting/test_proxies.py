"""Behind nginx and Caddy, with the files of `deploy/`: pages, WebSockets, signing in, calls."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from tests.ports import free_port

import devcloud
from devcloud.directory.joining import Join
from devcloud.identity.claims import browser_sees, sign_in_claim
from devcloud.identity.keys import SigningKey
from devcloud.model.errors import Refused
from devcloud.net.tls import client_context, pin_in
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

WAIT_S = 60.0


@asynccontextmanager
async def behind(kind: str, proxying: Any, data: Path, **more: Any) -> AsyncIterator[Any]:
    """A server behind a proxy, started as the file of `deploy/` says."""
    port = free_port()
    settings = ServerSettings(
        data=data / "server", host="127.0.0.1", port=port, behind_proxy=True, join=Join.OPEN
    )
    async with proxying(kind, data / kind, port) as proxy:
        given = {"proxy_certificate": proxy.certificate, "origins": (proxy.origin,), **more}
        async with (
            DevCloudServer(replace(settings, **given)) as server,
            aiohttp.ClientSession() as http,
        ):
            yield SimpleNamespace(server=server, proxy=proxy, http=http, data=data)


async def sign_in(here: Any, origin: str, name: str = "Marc") -> dict[str, Any]:
    """Do what the page does. Returns the last word."""
    key, device = SigningKey.from_seed(secrets.token_bytes(32)), secrets.token_hex(8)
    url = f"wss://127.0.0.1:{here.proxy.port}/ws"
    async with here.http.ws_connect(
        url, protocols=["devcloud.v2"], headers={"Origin": origin}, ssl=client_context()
    ) as ws:
        hello = {"type": "hello", "versions": [2], "name": name, "key": key.public}
        await ws.send_json({**hello, "device": device})
        challenge = json.loads((await ws.receive(WAIT_S)).data)
        claim = sign_in_claim(
            version=2,
            nonce=challenge["nonce"],
            certificate=browser_sees(origin),
            name=name,
            device=device,
        )
        await ws.send_json({"type": "proof", "signature": key.sign(claim)})
        answer: dict[str, Any] = json.loads((await ws.receive(WAIT_S)).data)
        return answer


async def test_the_page_and_its_headers(kind: str, proxying: Any, tmp_path: Path) -> None:
    async with behind(kind, proxying, tmp_path) as here:
        async with here.http.get(f"{here.proxy.origin}/", ssl=client_context()) as response:
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers.getall("Strict-Transport-Security") == ["max-age=15552000"]
            tag = response.headers["ETag"]
        again = {"If-None-Match": tag}
        async with here.http.get(
            f"{here.proxy.origin}/", headers=again, ssl=client_context()
        ) as response:
            assert response.status == 304
        async with here.http.get(f"{here.proxy.origin}/metrics", ssl=client_context()) as response:
            # The request comes from this machine here, as it would not on a public one: what
            # counts is whom the proxy names.
            assert response.status == 200
        invented = {"X-Forwarded-For": "203.0.113.9"}
        async with here.http.get(
            f"{here.proxy.origin}/metrics", headers=invented, ssl=client_context()
        ) as response:
            assert response.status == 200, "what a client claims must not be passed on"


async def test_a_page_signs_in_and_a_page_from_elsewhere_does_not(
    kind: str, proxying: Any, tmp_path: Path
) -> None:
    async with behind(kind, proxying, tmp_path) as here:
        assert (await sign_in(here, here.proxy.origin))["type"] == "welcome"
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await sign_in(here, "https://evil.example")
        assert refused.value.status == 403


async def test_without_an_origin_given_the_host_that_was_asked_for(
    kind: str, proxying: Any, tmp_path: Path
) -> None:
    async with behind(kind, proxying, tmp_path, origins=()) as here:
        assert (await sign_in(here, here.proxy.origin))["type"] == "welcome"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await sign_in(here, "https://evil.example")


async def test_programs_sign_in_and_talk_and_the_address_is_theirs(
    kind: str, proxying: Any, tmp_path: Path
) -> None:
    async with behind(kind, proxying, tmp_path) as here:
        place = f"127.0.0.1:{here.proxy.port}"
        link = here.server.announcement.link()
        assert link == f"devcloud://{place}/?pin={pin_in(here.proxy.certificate)}"
        assert here.server.announcement.web_link() == f"https://{place}/"
        async with (
            devcloud.connect(link, name="Marc", data=tmp_path / "marc", warm_up="always") as marc,
            devcloud.connect(link, name="John", data=tmp_path / "john") as john,
        ):
            ringing = asyncio.ensure_future(anext(john.incoming()))
            call = await marc.call("John")
            async with asyncio.timeout(WAIT_S):
                await (await ringing).accept()
                assert (await call.connected()).encrypted
            await call.hang_up()


async def test_a_renewed_certificate_of_the_proxy_is_read_again(
    kind: str, proxying: Any, tmp_path: Path
) -> None:
    """The proxy's certificate is another than the server was told, until it is told again."""
    async with behind(kind, proxying, tmp_path) as here:
        shown = here.proxy.certificate.read_bytes()
        own = here.server.certificate.certificate.read_bytes()
        here.proxy.certificate.write_bytes(own)
        here.server.reload_certificate()
        place = f"wss://127.0.0.1:{here.proxy.port}"
        with pytest.raises(Refused) as refused:
            async with devcloud.connect(place, name="Marc", data=tmp_path / "marc"):
                pass
        assert refused.value.code == "bad_proof"
        here.proxy.certificate.write_bytes(shown)
        here.server.reload_certificate()
        async with devcloud.connect(place, name="Marc", data=tmp_path / "marc2"):
            pass
