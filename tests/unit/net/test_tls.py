"""The server's own certificate: made once, kept, never silently replaced."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from devcloud.model.errors import Refused, StorageFailed
from devcloud.net.tls import (
    CERTIFICATE_FILE,
    KEY_FILE,
    check_pin,
    fingerprint_of,
    load_or_make,
    pin_in,
    pin_of,
    server_context,
)

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def test_made_at_first_and_kept(tmp_path: Path) -> None:
    made = load_or_make(tmp_path, now=NOW)
    assert made.key.stat().st_mode & 0o777 == 0o600
    assert load_or_make(tmp_path, now=NOW) == made
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY_FILE, CERTIFICATE_FILE]
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    server_context(made)


def test_the_pin_and_how_people_read_it(tmp_path: Path) -> None:
    made = load_or_make(tmp_path, now=NOW)
    der = ssl.PEM_cert_to_DER_cert(made.certificate.read_text())
    assert made.pin == pin_of(der)
    assert len(made.pin) == 43
    digest = x509.load_pem_x509_certificate(made.certificate.read_bytes()).fingerprint(SHA256())
    assert made.fingerprint == fingerprint_of(made.pin) == digest.hex(":").upper()
    check_pin(der, made.pin)
    with pytest.raises(Refused) as raised:
        check_pin(der, "A" * 43)
    assert raised.value.code == "certificate_changed"
    assert made.fingerprint in str(raised.value)


def test_each_server_has_its_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first = load_or_make(tmp_path / "a", now=NOW)
    assert load_or_make(tmp_path / "b", now=NOW).pin != first.pin


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    load_or_make(tmp_path, now=NOW).key.chmod(mode)
    with pytest.raises(StorageFailed) as raised:
        load_or_make(tmp_path, now=NOW)
    assert raised.value.code == "key_exposed"


@pytest.mark.parametrize("file", [CERTIFICATE_FILE, KEY_FILE])
@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"-----BEGIN CERTIFICATE-----\nAAAA"])
def test_damage_is_said_and_nothing_is_replaced(tmp_path: Path, file: str, content: bytes) -> None:
    load_or_make(tmp_path, now=NOW)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(StorageFailed) as raised:
        load_or_make(tmp_path, now=NOW)
    assert raised.value.code == "certificate_damaged"
    assert (tmp_path / file).read_bytes() == content


@pytest.mark.parametrize("file", [CERTIFICATE_FILE, KEY_FILE])
def test_half_a_pair_is_said(tmp_path: Path, file: str) -> None:
    load_or_make(tmp_path, now=NOW)
    (tmp_path / file).unlink()
    with pytest.raises(StorageFailed) as raised:
        load_or_make(tmp_path, now=NOW)
    assert raised.value.code == "not_readable"


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        load_or_make(tmp_path / name, now=NOW)
    (tmp_path / "a" / KEY_FILE).replace(tmp_path / "b" / KEY_FILE)
    with pytest.raises(StorageFailed) as raised:
        load_or_make(tmp_path / "b", now=NOW)
    assert raised.value.code == "certificate_damaged"


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed) as raised:
        load_or_make(tmp_path / "nowhere", now=NOW)
    assert raised.value.code == "not_writable"


def test_a_crash_while_writing_leaves_nothing_half(tmp_path: Path) -> None:
    (tmp_path / f"{KEY_FILE}.new").write_bytes(b"half")
    load_or_make(tmp_path, now=NOW)


def test_the_pin_of_a_chain_is_that_of_its_first_certificate(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    first, second = (load_or_make(tmp_path / name, now=NOW) for name in ("a", "b"))
    chain = tmp_path / "chain.pem"
    chain.write_text("a comment\n" + first.certificate.read_text() + second.certificate.read_text())
    assert pin_in(chain) == first.pin


@pytest.mark.parametrize("content", [b"", b"\xff", b"-----BEGIN CERTIFICATE-----\n!"])
def test_no_certificate_in_the_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(StorageFailed) as raised:
        pin_in(tmp_path / "file")
    assert raised.value.code == "certificate_unreadable"
    with pytest.raises(StorageFailed) as raised:
        pin_in(tmp_path / "nowhere")
    assert raised.value.code == "not_readable"
