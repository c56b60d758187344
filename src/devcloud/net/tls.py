"""The server's certificate, made by itself at first start, and who trusts it how.

No authority vouches for it: a client pins its SHA-256 on first use, or gets the pin in the link it
was invited with. Knows nothing of sockets; `client_context` encrypts to whoever answers, and
`check_pin` afterwards says whether that was the right one.
"""

import base64
import datetime
import hashlib
import os
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from devcloud.model.errors import Refused, StorageFailed

CERTIFICATE_FILE = "certificate.pem"
KEY_FILE = "certificate-key.pem"

# Nobody checks the dates of a pinned certificate, and it must not run out under a running server.
_VALID_FOR = datetime.timedelta(days=365 * 30)
_EARLIER = datetime.timedelta(days=1)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate on disk. `pin` is the SHA-256 of its DER form, base64url without padding."""

    certificate: Path
    key: Path
    pin: str

    @property
    def fingerprint(self) -> str:
        """The pin as people compare it: `AB:CD:…`."""
        return fingerprint_of(self.pin)


def pin_of(der: bytes) -> str:
    """Return the pin of a certificate in DER form."""
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def fingerprint_of(pin: str) -> str:
    """Return a pin as people compare it: `AB:CD:…`."""
    digest = base64.urlsafe_b64decode(pin + "=" * (-len(pin) % 4))
    return ":".join(f"{byte:02X}" for byte in digest)


def pin_in(file: Path) -> str:
    """Return the pin of the first certificate in a PEM file. Raises StorageFailed."""
    try:
        first = x509.load_pem_x509_certificate(file.read_bytes())
        return pin_of(first.public_bytes(serialization.Encoding.DER))
    except ValueError:
        raise StorageFailed("certificate_unreadable", path=str(file)) from None
    except OSError:
        raise StorageFailed("not_readable", path=str(file)) from None


def names_in(file: Path) -> list[str]:
    """Return the names and addresses that the first certificate in a PEM file is for (RFC 5280,
    section 4.2.1.6). Raises StorageFailed."""
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    except ValueError:
        raise StorageFailed("certificate_unreadable", path=str(file)) from None
    except OSError:
        raise StorageFailed("not_readable", path=str(file)) from None
    addresses = found.get_values_for_type(x509.IPAddress)
    return [*found.get_values_for_type(x509.DNSName), *map(str, addresses)]


def load_or_make(directory: Path, *, now: datetime.datetime) -> Certificate:
    """Return the certificate in `directory`; at the first time, make one (EC P-256, self-signed).

    Raises:
        StorageFailed: `key_exposed` (others may read the key), `certificate_damaged`,
            `not_writable`, `not_readable`. A damaged or exposed key is never replaced silently:
            every client has pinned it.
    """
    certificate, key = directory / CERTIFICATE_FILE, directory / KEY_FILE
    if not key.exists() and not certificate.exists():
        _make(certificate, key, now)
    return _load(certificate, key)


def load_own(certificate: Path, key: Path) -> Certificate:
    """Return the host's own certificate: PEM, the intermediate ones after it, and its key.

    Its group may read the key, since that is how a system shares one with its services.

    Raises:
        StorageFailed: `not_readable`, `key_exposed`, `own_certificate_unusable`.
    """
    try:
        mode = key.stat().st_mode
        loaded = Certificate(certificate, key, pin_in(certificate))
        server_context(loaded)
        replaced = pin_in(certificate) != loaded.pin
    except ssl.SSLError:
        raise StorageFailed(
            "own_certificate_unusable", path=str(certificate), key=str(key)
        ) from None
    except OSError as failure:
        raise StorageFailed("not_readable", path=str(failure.filename or key)) from None
    if os.name == "posix" and mode & stat.S_IRWXO:
        raise StorageFailed("key_exposed", path=str(key))
    if replaced:
        raise StorageFailed("own_certificate_unusable", path=str(certificate), key=str(key))
    return loaded


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return what a server accepts TLS 1.2 and 1.3 with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A key with a passphrase is refused: OpenSSL would ask the terminal, and everybody would wait.
    context.load_cert_chain(certificate.certificate, certificate.key, password="")
    context.set_alpn_protocols(["http/1.1"])
    # Two tickets per connection cost more memory and CPU than the few that come back save.
    context.num_tickets = 0
    return context


def client_context() -> ssl.SSLContext:
    """Return what a client connects with before it knows the server: encrypted, nobody vouched
    for. Call `check_pin` (or remember the pin) before anything is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def web_context() -> ssl.SSLContext:
    """Return what a client connects with when it has the web's authorities vouch for the server:
    the system's, or those in `SSL_CERT_FILE`, for the host's very name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def check_pin(der: bytes, pin: str) -> None:
    """Raise Refused `certificate_changed` unless `der` is the certificate that was pinned."""
    seen = pin_of(der)
    if seen != pin:
        raise Refused(
            "certificate_changed", expected=fingerprint_of(pin), seen=fingerprint_of(seen)
        )


def _load(certificate: Path, key: Path) -> Certificate:
    try:
        mode = key.stat().st_mode
        der = ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii"))
        key.read_bytes()
    except (ValueError, UnicodeDecodeError):
        raise StorageFailed("certificate_damaged", path=str(certificate)) from None
    except OSError as failure:
        raise StorageFailed("not_readable", path=str(failure.filename or key)) from None
    if os.name == "posix" and mode & _OTHERS:
        raise StorageFailed("key_exposed", path=str(key))
    loaded = Certificate(certificate, key, pin_of(der))
    try:
        server_context(loaded)
    except (ssl.SSLError, OSError):
        raise StorageFailed("certificate_damaged", path=str(key)) from None
    return loaded


def _make(certificate: Path, key: Path, now: datetime.datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DevCloud")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("devcloud.invalid")]), False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    # The key first: a crash in between leaves a pair that is visibly incomplete, not a
    # certificate whose key was never kept.
    write_private(key, secret)
    write_private(certificate, made.public_bytes(serialization.Encoding.PEM))


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all. Raises StorageFailed."""
    unfinished = path.with_name(path.name + ".new")
    try:
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        raise StorageFailed("not_writable", path=str(path)) from None
