"""The pages on the one port."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from devcloud.net.tls import client_context


async def test_the_page_over_either_scheme(world: Any) -> None:
    server = await world.start()
    for scheme in ("http", "https"):
        url = f"{scheme}://127.0.0.1:{server.port}/"
        async with world.http.get(url, ssl=client_context()) as response:
            page = await response.text()
            assert response.status == 200
            assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.startswith("<!doctype html>")
        assert "style=" not in page and "<style" not in page


async def test_health(world: Any) -> None:
    server = await world.start()
    base = f"http://127.0.0.1:{server.port}"
    async with world.http.get(f"{base}/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})
    async with world.http.get(f"{base}/readyz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok", "database": True})
    server.hall.store.healthy = False
    async with world.http.get(f"{base}/readyz") as response:
        assert (response.status, (await response.json())["status"]) == (503, "not_ready")


async def test_metrics_have_base_units_and_labels(world: Any) -> None:
    await world.start()
    await world.person("Marc")
    metrics = await world.metrics()
    assert metrics["devcloud_people_online"] == 1
    assert metrics["devcloud_sessions"] == 1
    assert metrics["devcloud_sign_ins_total"] == 1
    assert metrics['devcloud_messages_total{type="hello"}'] == 1
    assert metrics['devcloud_calls_ended_total{reason="no_answer"}'] == 0
    assert metrics["process_resident_memory_bytes"] > 1_000_000
    assert metrics["process_cpu_seconds_total"] > 0


@pytest.mark.parametrize(
    ("forwarded", "open_to_all", "status"),
    [
        ("203.0.113.9", False, 403),
        ("203.0.113.9", True, 200),
        ("203.0.113.9, 127.0.0.1", False, 200),
        ("127.0.0.1, 203.0.113.9", False, 403),
    ],
)
async def test_metrics_are_for_this_machine_behind_a_proxy_too(
    world: Any, forwarded: str, open_to_all: bool, status: int
) -> None:
    world.settings = replace(world.settings, behind_proxy=True, metrics_open=open_to_all)
    server = await world.start()
    url = f"http://127.0.0.1:{server.port}/metrics"
    async with world.http.get(url, headers={"X-Forwarded-For": forwarded}) as response:
        assert response.status == status


async def test_without_a_proxy_the_header_means_nothing(world: Any) -> None:
    server = await world.start()
    url = f"http://127.0.0.1:{server.port}/metrics"
    async with world.http.get(url, headers={"X-Forwarded-For": "203.0.113.9"}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("OPTIONS", "/", 405),
        ("PUT", "/main.js", 405),
        ("POST", "/healthz", 405),
        ("TRACE", "/", 405),
        ("CONNECT", "/", 404),
        ("HEAD", "/nowhere", 404),
        ("GET", "/a%0d%0ab", 404),
    ],
)
async def test_what_the_library_answers_says_no_less(
    world: Any, method: str, path: str, status: int
) -> None:
    server = await world.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    assert answer.startswith(f"HTTP/1.1 {status} "), answer[:200]
    assert "Content-Security-Policy: default-src 'none'" in answer
    assert "X-Content-Type-Options: nosniff" in answer
    assert "Cache-Control: no-store" in answer
    assert "aiohttp" not in answer


async def test_a_proxy_keeps_no_connection_on_which_a_websocket_could_not_open(world: Any) -> None:
    """nginx with `keepalive`, for one, sends whatever comes next on a connection that it kept."""
    world.settings = replace(world.settings, behind_proxy=True)
    server = await world.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /main.js HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nConnection: close\r\n" in answer
