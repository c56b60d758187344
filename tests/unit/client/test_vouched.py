"""A server with a web certificate: renewed without a word, changed for any other never unsaid."""

from dataclasses import replace
from pathlib import Path

import pytest

from devcloud.client.address import ServerAddress
from devcloud.client.datadir import DataDirectory
from devcloud.client.session import Listener, Session, SignIn
from devcloud.model.errors import Refused
from devcloud.net.tls import fingerprint_of, load_own
from devcloud.server.app import DevCloudServer
from devcloud.server.settings import ServerSettings

from ...interop.server.web import Authority


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one authority that this machine trusts."""
    made = Authority()
    monkeypatch.setenv("SSL_CERT_FILE", str(made.root_file(tmp_path)))
    return made


class Home:
    """A client's home, and the server that it goes to."""

    def __init__(self, directory: Path) -> None:
        self.directory = DataDirectory(directory / "client")
        self.settings = ServerSettings(data=directory / "server", host="127.0.0.1", port=0)
        self.host = "localhost"
        self.pin = ""

    def server(self, pair: tuple[Path, Path] | None) -> DevCloudServer:
        certificate, key = pair or (None, None)
        return DevCloudServer(replace(self.settings, certificate=certificate, key=key))

    async def sign_in(self, server: DevCloudServer) -> str:
        """Sign in; return the pin that is remembered after it."""
        self.settings = replace(self.settings, port=server.port)
        address = ServerAddress(host=self.host, port=server.port, pin=self.pin)
        me = SignIn(name="Marc", device="00" * 8, key=self.directory.key())
        listener = Listener(*[lambda _: None] * 4)
        session = Session(address, me, self.directory, listener)
        await session.open()
        await session.close()
        return self.directory.pin(address.authority)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


async def test_a_renewed_one_is_taken_and_remembered(
    home: Home, authority: Authority, tmp_path: Path
) -> None:
    first, second = (authority.issue(tmp_path, name, "localhost") for name in ("first", "second"))
    async with home.server(first) as server:
        assert await home.sign_in(server) == load_own(*first).pin
    async with home.server(second) as server:
        assert await home.sign_in(server) == load_own(*second).pin


async def test_the_pin_of_a_link_stands_at_first_and_gives_way_to_a_renewal(
    home: Home, authority: Authority, tmp_path: Path
) -> None:
    first, second = (authority.issue(tmp_path, name, "localhost") for name in ("first", "second"))
    home.pin = "A" * 43
    async with home.server(first) as server:
        with pytest.raises(Refused, match="another certificate"):
            await home.sign_in(server)
        home.pin = load_own(*first).pin
        assert await home.sign_in(server) == home.pin
    async with home.server(second) as server:
        assert await home.sign_in(server) == load_own(*second).pin


@pytest.mark.parametrize("linked", [True, False])
async def test_no_authority_replaces_one_that_nobody_vouched_for(
    home: Home, authority: Authority, tmp_path: Path, linked: bool
) -> None:
    async with home.server(None) as server:
        known = await home.sign_in(server)
    home.pin = known if linked else ""
    async with home.server(authority.issue(tmp_path, "web", "localhost")) as server:
        with pytest.raises(Refused, match="another certificate"):
            await home.sign_in(server)
        assert home.directory.pin(f"localhost:{server.port}") == known


@pytest.mark.parametrize("what", ["self-made", "of nobody's authority", "for another host"])
async def test_any_other_is_refused_with_both_fingerprints(
    home: Home, authority: Authority, tmp_path: Path, what: str
) -> None:
    first = authority.issue(tmp_path, "first", "localhost")
    async with home.server(first) as server:
        known = await home.sign_in(server)
    second = {
        "self-made": lambda: None,
        "of nobody's authority": lambda: Authority().issue(tmp_path, "second", "localhost"),
        "for another host": lambda: authority.issue(tmp_path, "second", "example.org"),
    }[what]()
    async with home.server(second) as server:
        with pytest.raises(Refused) as refused:
            await home.sign_in(server)
        assert refused.value.code == "certificate_changed"
        assert refused.value.values == {
            "expected": fingerprint_of(known),
            "seen": server.certificate.fingerprint,
        }
        assert home.directory.pin(f"localhost:{server.port}") == known
