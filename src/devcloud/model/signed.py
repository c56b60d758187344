"""What one side of a call shows of itself beside a description, as it travels.

Knows no cryptography: `identity` makes and checks it, `wire` carries it.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(max_length=128)]


class Signed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public key and its signature. Everything is base64url without padding.

    `key` is the sender's Ed25519 public key and `claim` its signature of the call claim;
    `commitment` is the caller's, in an invitation; `nonce` is the callee's, in an acceptance.
    """

    key: Text = ""
    claim: Text = ""
    commitment: Text = ""
    nonce: Text = ""
