"""What browsers get: files under strict headers, and WebSockets for the server's own pages."""

import asyncio
import json
from importlib import resources
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from devcloud.identity.claims import browser_sees
from devcloud.identity.words import word_list
from devcloud.model.texts import Language, catalogue, say
from devcloud.net.tls import client_context
from devcloud.server.lean import lean_script, lean_style
from devcloud.server.settings import ServerSettings

from .web import Authority

LEANER = {".js": lean_script, ".css": lean_style}
SHOWN = {"Accept": "text/html,application/xhtml+xml"}


async def get(world: Any, path: str, scheme: str = "https", **headers: str) -> Any:
    url = f"{scheme}://127.0.0.1:{world.server.port}{path}"
    async with world.http.get(url, headers=headers, ssl=client_context()) as response:
        return response.status, response.headers, await response.read()


# ── files ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/tokens.css", "text/css; charset=utf-8"),
        ("/plain.css", "text/css; charset=utf-8"),
        ("/icons/mic.svg", "image/svg+xml"),
        ("/icons/app.svg", "image/svg+xml"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/texts/fr.json", "application/json"),
        ("/words/en.txt", "text/plain; charset=utf-8"),
    ],
)
async def test_a_file_its_kind_and_its_headers(world: Any, path: str, kind: str) -> None:
    await world.start()
    status, headers, body = await get(world, path)
    assert (status, headers["Content-Type"]) == (200, kind)
    assert headers["Cache-Control"] == "no-cache"
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "microphone=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in headers
    assert "Strict-Transport-Security" not in headers, "the server made its certificate itself"
    again = await get(world, path, **{"If-None-Match": headers["ETag"]})
    assert (again[0], again[2]) == (304, b"")
    assert (await get(world, path, **{"If-None-Match": '"old", W/' + headers["ETag"]}))[0] == 304
    changed = await get(world, path, **{"If-None-Match": '"old"'})
    assert (changed[0], changed[2]) == (200, body)


async def test_what_goes_over_the_wire_is_packed_for_those_who_take_it(world: Any) -> None:
    await world.start()
    _, plain, whole = await get(world, "/main.js", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain
    _, packed, unpacked = await get(world, "/main.js", **{"Accept-Encoding": "br, gzip;q=0.8"})
    assert (packed["Content-Encoding"], unpacked) == ("gzip", whole)
    assert int(packed["Content-Length"]) < len(whole) / 2
    assert packed["Vary"] == plain["Vary"] == "Accept-Encoding"
    assert packed["ETag"] != plain["ETag"], "other bytes, another tag"
    _, refused, _ = await get(world, "/main.js", **{"Accept-Encoding": "gzip; q=0"})
    assert "Content-Encoding" not in refused


@pytest.mark.parametrize(
    "path",
    [
        "/app.py", "/../server.json", "/%2e%2e/server.json", "/icons/../../tokens.json", "/icons/",
        "/icons/%00", "//etc/passwd", "/__init__.py", "/index.html/", "/texts/de.json", "/main.js~",
    ],
)  # fmt: skip
async def test_nothing_else_can_be_asked_for(world: Any, path: str) -> None:
    server = await world.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), answer[:200]
    assert b"Content-Security-Policy" in answer or answer.startswith(b"HTTP/1.1 400 ")


async def test_every_file_of_the_client_is_served(world: Any) -> None:
    await world.start()
    for file in (resources.files("devcloud") / "web").iterdir():
        path = "/" if file.name == "index.html" else f"/{file.name}"
        if file.name.endswith((".js", ".css", ".html")) and ".test." not in file.name:
            served = (await get(world, path))[2].decode()
            assert served == LEANER.get(file.name[file.name.rfind(".") :], str)(
                file.read_text("utf-8")
            )


async def test_words_and_texts_are_those_of_the_programs(world: Any) -> None:
    await world.start()
    for language in Language:
        words = (await get(world, f"/words/{language}.txt"))[2].decode().split()
        assert tuple(words) == word_list(language)
        texts = json.loads((await get(world, f"/texts/{language}.json"))[2])
        assert texts["errors.name_taken"] == say("errors.name_taken", language)
        assert {key[4:] for key in catalogue() if key.startswith("web.")} <= set(texts)
        assert "errors.database_busy" not in texts


async def test_with_the_hosts_own_certificate_https_is_for_good(world: Any, tmp_path: Path) -> None:
    certificate, key = Authority().issue(tmp_path, "own")
    world.settings = ServerSettings(
        data=tmp_path / "s", host="127.0.0.1", port=0, certificate=certificate, key=key
    )
    await world.start()
    _, headers, _ = await get(world, "/")
    assert headers["Strict-Transport-Security"] == "max-age=15552000"
    _, headers, _ = await get(world, "/", "http")
    assert "Strict-Transport-Security" not in headers, "(RFC 6797, section 7.2)"


# ── plain HTTP from another machine ──────────────────────────────────────────────────────────────


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody connects from another machine."""
    monkeypatch.setattr("devcloud.net.http.is_loopback", lambda _: False)


@pytest.mark.usefixtures("elsewhere")
async def test_a_person_is_told_why_https(world: Any) -> None:
    server = await world.start()
    asked = {**SHOWN, "Accept-Language": "fr-CH, en;q=0.5"}
    status, headers, body = await get(world, "/x", "http", **asked)
    page = body.decode()
    assert status == 403
    assert '<html lang="fr">' in page
    assert f'href="https://127.0.0.1:{server.port}/x"' in page
    assert server.certificate.fingerprint in page
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert (await get(world, "/plain.css", "http", Accept="text/css"))[0] == 200
    english = await get(world, "/", "http", **{**SHOWN, "Accept-Language": "de, en-US"})
    assert b'<html lang="en">' in english[2]


@pytest.mark.usefixtures("elsewhere")
async def test_a_host_in_the_request_cannot_write_into_the_page(world: Any) -> None:
    await world.start()
    asked = {**SHOWN, "Host": 'x"><script>'}
    assert (await get(world, "/", "http", **asked))[0] == 400
    _, _, body = await get(world, '/%22%3E%3Cscript%3E"><script>', "http", **SHOWN)
    assert b"<script" not in body


@pytest.mark.usefixtures("elsewhere")
async def test_nothing_but_that_comes_on_such_a_connection(world: Any) -> None:
    server = await world.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = "HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n"
    writer.write(f"GET / {head}\r\nGET /readyz {head}Connection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.count(b"HTTP/1.1 403 ") == 2
    assert b"database" not in answer


# ── WebSockets ───────────────────────────────────────────────────────────────────────────────────


async def browser(world: Any, origin: str, *, tls: bool = True, sees: str | None = None) -> Any:
    """A page's connection. It signs the origin it knows itself to have."""
    client = await world.connect(tls=tls, headers={"Origin": origin})
    client.certificate = browser_sees(origin) if sees is None else sees
    return client


@pytest.mark.parametrize("tls", [True, False])
async def test_a_page_of_this_server_signs_its_origin(world: Any, tls: bool) -> None:
    server = await world.start()
    scheme = "https" if tls else "http"
    client = await browser(world, f"{scheme}://127.0.0.1:{server.port}", tls=tls)
    assert (await client.sign_in("Marc"))["type"] == "welcome"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://127.0.0.1:1"])
async def test_a_page_from_elsewhere_gets_no_websocket(world: Any, origin: str) -> None:
    await world.start()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser(world, origin)
    assert refused.value.status == 403
    assert (await world.metrics())['devcloud_refused_total{code="origin_unknown"}'] == 1


async def test_the_log_says_which_origin_to_add(
    world: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await world.start()
    for _ in range(3):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await browser(world, "https://calls.example.org")
    said = [r for r in caplog.records if "origin refused" in str(r.msg)]
    assert len(said) == 1
    assert "--origin https://calls.example.org" in str(said[0].msg)


async def test_an_origin_that_the_host_named(world: Any, tmp_path: Path) -> None:
    world.settings = ServerSettings(
        data=tmp_path / "s", host="127.0.0.1", port=0, origins=("https://calls.example.org",)
    )
    await world.start()
    client = await browser(world, "https://calls.example.org")
    assert (await client.sign_in("Marc"))["type"] == "welcome"


async def test_a_page_must_not_sign_the_certificate_and_a_program_not_an_origin(world: Any) -> None:
    server = await world.start()
    own = f"https://127.0.0.1:{server.port}"
    client = await browser(world, own, sees=server.certificate.pin)
    assert (await client.sign_in("Marc"))["code"] == "bad_proof"
    program = await world.connect(tls=True)
    program.certificate = browser_sees(own)
    assert (await program.sign_in("Marc"))["code"] == "bad_proof"


@pytest.mark.parametrize("claimed", ["own", "theirs", "none"])
async def test_a_proof_that_another_server_passes_on_is_worth_nothing(
    world: Any, claimed: str
) -> None:
    """Marc opens a page of a server that passes his words on to this one, and its words to him."""
    server = await world.start()
    theirs, ours = "https://elsewhere.example:10000", f"https://127.0.0.1:{server.port}"
    if claimed == "theirs":
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await browser(world, theirs)
        return
    relay = (
        await browser(world, ours, sees=browser_sees(theirs))
        if claimed == "own"
        else await world.connect(tls=True)
    )
    # What Marc's browser signs for the page that it was given.
    relay.certificate = browser_sees(theirs)
    assert (await relay.sign_in("Marc"))["code"] == "bad_proof"
