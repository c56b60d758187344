"""The pages on the one port: the browser client, whether the server is well, and its numbers."""

from collections.abc import Callable

from aiohttp import web

from devcloud.model.texts import Language, say
from devcloud.net.addresses import is_loopback, plain_address
from devcloud.server.files import File, collect
from devcloud.server.hall import Hall
from devcloud.server.headers import HEADERS, HSTS, NOT_KEPT
from devcloud.server.plain import STYLE_PATH, why_https
from devcloud.server.settings import ServerSettings

_UNENCRYPTED = ("/tokens.css", STYLE_PATH)


class Pages:
    """Builds the pages' application."""

    def __init__(self, hall: Hall, settings: ServerSettings) -> None:
        self._hall = hall
        self._settings = settings
        self._files = collect()
        # Not for a certificate that the server made itself, nor without TLS, nor for a proxy's.
        self._more = HSTS if settings.certificate is not None else {}

    def application(self) -> web.Application:
        """Return the application; it answers GET and HEAD."""
        app = self._new()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/ws", self._not_a_websocket)
        app.router.add_get("/{path:.*}", self._file)
        return app

    def unencrypted(self, fingerprint: Callable[[], str]) -> web.Application:
        """Return the application for browsers that came over plain HTTP from another machine:
        nothing but why, and where to go. `fingerprint` of the certificate to expect there."""

        async def explain(request: web.Request) -> web.Response:
            if request.path in _UNENCRYPTED:
                return give(request, self._files[request.path])
            address = f"https://{request.host}{request.path}"
            page = why_https(address, fingerprint(), _language(request))
            headers = {**NOT_KEPT, "Vary": "Accept-Language"}
            return web.Response(
                status=403, text=page, content_type="text/html", charset="utf-8", headers=headers
            )

        app = self._new()
        app.router.add_get("/{path:.*}", explain)
        return app

    def _new(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024)
        app.on_response_prepare.append(self._with_every_answer)
        return app

    async def _with_every_answer(self, request: web.Request, answer: web.StreamResponse) -> None:
        """Those of the library, such as to another method than GET, get the same headers."""
        more = self._more if request.secure else {}
        for name, value in {**NOT_KEPT, **more}.items():
            answer.headers.setdefault(name, value)
        answer.headers["Server"] = HEADERS["Server"]
        if self._settings.behind_proxy:
            # A connection that a proxy kept for later would be one that a WebSocket cannot open
            # on: the first request of each decides who reads from it.
            answer.force_close()
            answer.headers["Connection"] = "close"

    async def _file(self, request: web.Request) -> web.Response:
        file = self._files.get(request.path)
        if file is None:
            raise web.HTTPNotFound(text=say("server.not_found"), headers=NOT_KEPT)
        return give(request, file)

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers=NOT_KEPT)

    async def _readyz(self, request: web.Request) -> web.Response:
        """Ready: clients can sign in, and what must be written is."""
        database = self._hall.store.healthy
        ready = database and not self._hall.stopping
        return web.json_response(
            {"status": "ok" if ready else "not_ready", "database": database},
            status=200 if ready else 503,
            headers=NOT_KEPT,
        )

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._settings.metrics_open and not is_loopback(self._address(request)):
            raise web.HTTPForbidden(text=say("server.metrics_closed"), headers=NOT_KEPT)
        return web.Response(
            body=self._hall.metrics.text(),
            headers={**NOT_KEPT, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    async def _not_a_websocket(self, request: web.Request) -> web.Response:
        return web.Response(
            status=426,
            text=say("server.not_a_websocket"),
            headers={**NOT_KEPT, "Upgrade": "websocket", "Connection": "Upgrade"},
        )

    def _address(self, request: web.Request) -> str:
        """Who asks. A proxy on this machine must not open to the world what is for us alone."""
        forwarded = request.headers.getall("X-Forwarded-For", [])
        if self._settings.behind_proxy and forwarded:
            return plain_address(forwarded[-1].rpartition(",")[2].strip())
        return request.remote or ""


def _language(request: web.Request) -> Language:
    """French where it is preferred to English. (RFC 9110, section 12.5.4, as far as two go)"""
    asked = request.headers.get("Accept-Language", "").lower().split(",")
    for each in asked:
        for language in Language:
            if each.strip().startswith(language):
                return language
    return Language.ENGLISH


def give(request: web.Request, file: File) -> web.Response:
    """Return a file, or that the browser's copy is still good. (RFC 9110, section 13.1.2)"""
    headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": file.tag}
    body = file.body
    if file.packed:
        headers["Vary"] = "Accept-Encoding"
        if _takes_gzip(request):
            # Other bytes, so another tag. (RFC 9110, section 8.8.3.3)
            body = file.packed
            headers |= {"Content-Encoding": "gzip", "ETag": f'{file.tag[:-1]}-gzip"'}
    if file.links:
        headers["Link"] = file.links
    asked = request.headers.get("If-None-Match", "")
    if asked.strip() == "*" or headers["ETag"] in [
        tag.strip().removeprefix("W/") for tag in asked.split(",")
    ]:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers={**headers, "Content-Type": file.kind})


def _takes_gzip(request: web.Request) -> bool:
    """Whether gzip is named and not ruled out. (RFC 9110, section 12.5.3)"""
    for each in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, weight = each.strip().partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
