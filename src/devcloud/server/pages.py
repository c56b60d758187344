"""The pages on the one port: what this is, whether it is well, and its numbers."""

import html

from aiohttp import web

from devcloud.model.texts import Language, say
from devcloud.net.addresses import is_loopback, plain_address
from devcloud.server.hall import Hall
from devcloud.server.settings import ServerSettings

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = (
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:38rem;margin:4rem auto;padding:0 1rem;"
    "color:#222;background:#fff}h1{font-size:1.4rem}code{background:#eee;padding:.1em .3em}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}code{background:#333}}"
)


class Pages:
    """Builds the pages' application."""

    def __init__(self, hall: Hall, settings: ServerSettings) -> None:
        self._hall = hall
        self._settings = settings

    def application(self) -> web.Application:
        """Return the application; it answers GET and HEAD."""
        app = web.Application(client_max_size=64 * 1024)
        app.router.add_get("/", self._home)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/ws", self._not_a_websocket)
        return app

    async def _home(self, request: web.Request) -> web.Response:
        parts = []
        for language in (Language.FRENCH, Language.ENGLISH):
            title, what, how = (
                html.escape(say(f"server.page_{part}", language))
                for part in ("title", "what", "how")
            )
            parts.append(
                f'<section lang="{language}"><h1>{title}</h1><p>{what}</p><p>{how}</p></section>'
            )
        page = (
            '<!doctype html><html lang="fr"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>DevCloud</title>'
            f"<style>{_STYLE}</style>{''.join(parts)}</html>"
        )
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"}, headers=_HEADERS)

    async def _readyz(self, request: web.Request) -> web.Response:
        """Ready: clients can sign in, and what must be written is."""
        database = self._hall.store.healthy
        ready = database and not self._hall.stopping
        return web.json_response(
            {"status": "ok" if ready else "not_ready", "database": database},
            status=200 if ready else 503,
            headers=_HEADERS,
        )

    async def _metrics(self, request: web.Request) -> web.Response:
        if not self._settings.metrics_open and not is_loopback(self._address(request)):
            raise web.HTTPForbidden(text=say("server.metrics_closed"), headers=_HEADERS)
        return web.Response(
            body=self._hall.metrics.text(),
            headers={**_HEADERS, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    async def _not_a_websocket(self, request: web.Request) -> web.Response:
        return web.Response(
            status=426,
            text=say("server.not_a_websocket"),
            headers={**_HEADERS, "Upgrade": "websocket", "Connection": "Upgrade"},
        )

    def _address(self, request: web.Request) -> str:
        """Who asks. A proxy on this machine must not open to the world what is for us alone."""
        forwarded = request.headers.getall("X-Forwarded-For", [])
        if self._settings.behind_proxy and forwarded:
            return plain_address(forwarded[-1].rpartition(",")[2].strip())
        return request.remote or ""
