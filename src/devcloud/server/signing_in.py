"""Signing in: hello → challenge → proof. No IO: the nonce comes in as an argument.

The proof is a signature over the server's nonce and certificate (a browser's: over the origin of
its page), the name and the device, so that
it is worth nothing at another time, another server or for another name.
"""

from dataclasses import dataclass

from devcloud.directory.accounts import Accounts
from devcloud.identity.claims import browser_sees, sign_in_claim
from devcloud.identity.keys import is_public_key, verify
from devcloud.model.errors import Refused
from devcloud.model.names import parse_name
from devcloud.wire.signalling.messages import PROTOCOL_VERSION, Challenge, Hello, Proof


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Somebody who said hello and was asked for a proof. `sees` is what they must have seen of
    this server: its certificate or, in a browser, the page's origin."""

    hello: Hello
    name: str
    challenge: Challenge
    sees: str


def greet(
    hello: Hello, *, accounts: Accounts, nonce: str, certificate: str, origin: str = ""
) -> SigningIn:
    """Return the challenge for a hello.

    `nonce` is 32 random bytes, `certificate` the pin of ours (empty over plain HTTP), `origin` that
    of the page it comes from (empty for a program that is no browser).

    Raises:
        Refused: `version_unsupported`, `key_malformed`, `name_taken`.
        BadName: `name_empty`, `name_too_long`, `name_blank_at_end`, `name_unprintable`.
    """
    if PROTOCOL_VERSION not in hello.versions:
        raise Refused("version_unsupported", spoken=PROTOCOL_VERSION)
    name = parse_name(hello.name)
    if not is_public_key(hello.key):
        raise Refused("key_malformed")
    accounts.check(name, hello.key)
    challenge = Challenge(version=PROTOCOL_VERSION, nonce=nonce, certificate=certificate)
    sees = browser_sees(origin) if origin else certificate
    return SigningIn(hello, name, challenge, sees)


def check_proof(signing_in: SigningIn, proof: Proof) -> None:
    """Raise Refused `bad_proof` unless the challenge was signed with the key in the hello."""
    hello, challenge = signing_in.hello, signing_in.challenge
    claim = sign_in_claim(
        version=challenge.version,
        nonce=challenge.nonce,
        certificate=signing_in.sees,
        name=hello.name,
        device=hello.device,
    )
    if not verify(hello.key, proof.signature, claim):
        raise Refused("bad_proof")
