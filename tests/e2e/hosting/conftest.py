"""Reverse proxies of their own, with the files of `deploy/` as they stand but for addresses."""

import asyncio
import datetime
import ipaddress
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.ports import free_port

DEPLOY = Path(__file__).parents[3] / "deploy"
WAIT_S = 60.0
EXAMPLE_HOST = "calls.example.org"
EXAMPLE_BACKEND = "127.0.0.1:10000"


@dataclass
class Proxy:
    """A proxy that runs: where it is, and the certificate it shows."""

    port: int
    certificate: Path

    @property
    def origin(self) -> str:
        return f"https://127.0.0.1:{self.port}"


def certify(directory: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key, as a proxy would have one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A proxy")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    files = directory / "fullchain.pem", directory / "privkey.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def changed(text: str, changes: dict[str, str]) -> str:
    """The example with its addresses changed; each must be there."""
    for old, new in changes.items():
        assert old in text, f"the example has no {old!r}"
        text = text.replace(old, new)
    return text


def nginx_files(directory: Path, backend: int) -> tuple[list[str], Proxy]:
    port, certificate, key = free_port(), *certify(directory)
    live = f"/etc/letsencrypt/live/{EXAMPLE_HOST}"
    site = changed(
        (DEPLOY / "nginx.conf").read_text(),
        {
            "    listen [::]:443 ssl;\n": "",
            "    listen [::]:80;\n": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            f"server_name {EXAMPLE_HOST};": "server_name 127.0.0.1;",
            f"ssl_certificate {live}/fullchain.pem": f"ssl_certificate {certificate}",
            f"ssl_certificate_key {live}/privkey.pem": f"ssl_certificate_key {key}",
            f"proxy_pass http://{EXAMPLE_BACKEND};": f"proxy_pass http://127.0.0.1:{backend};",
        },
    )
    temporary = "".join(
        f"{each}_temp_path {directory}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = directory / "nginx.conf"
    main.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {directory}/pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return [program, "-e", "stderr", "-p", str(directory), "-c", str(main)], Proxy(
        port, certificate
    )


def caddy_files(directory: Path, backend: int) -> tuple[list[str], Proxy]:
    port, certificate, key = free_port(), *certify(directory)
    site = changed(
        (DEPLOY / "Caddyfile").read_text(),
        {
            f"\n{EXAMPLE_HOST} {{": f"\nhttps://127.0.0.1:{port} {{\n\ttls {certificate} {key}",
            f"reverse_proxy {EXAMPLE_BACKEND}": f"reverse_proxy 127.0.0.1:{backend}",
        },
    )
    main = directory / "Caddyfile"
    options = "{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n"
    main.write_text(options + site)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(main)], Proxy(
        port, certificate
    )


FILES: dict[str, Callable[[Path, int], tuple[list[str], Proxy]]] = {
    "nginx": nginx_files,
    "caddy": caddy_files,
}


async def until_it_listens(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with asyncio.timeout(WAIT_S):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    pytest.fail(f"the proxy ended at once: {log.read_text()[-2000:]}")


@asynccontextmanager
async def run_proxy(kind: str, directory: Path, backend: int) -> AsyncIterator[Proxy]:
    directory.mkdir()
    command, proxy = FILES[kind](directory, backend)
    environment = {**os.environ, "HOME": str(directory), "XDG_DATA_HOME": str(directory)}
    log_file = directory / "log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=directory, env=environment, stdout=log, stderr=log
        )
        try:
            await until_it_listens(process, proxy.port, log_file)
            yield proxy
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), WAIT_S)


Proxying = Callable[[str, Path, int], AbstractAsyncContextManager[Proxy]]


@pytest.fixture(params=sorted(FILES))
def kind(request: pytest.FixtureRequest) -> str:
    """Which proxy; skipped where it is not installed."""
    name = str(request.param)
    if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        pytest.skip(f"{name} is not installed here")
    return name


@pytest.fixture
def proxying() -> Proxying:
    return run_proxy
