"""Names and the keys that own them: a name belongs to the first key that claims it.

Knows nothing of proofs: whoever calls `claim` has checked that the key is there.
"""

from collections.abc import Iterable

import msgspec

from devcloud.model.errors import Refused
from devcloud.model.names import fold_name


class Account(msgspec.Struct, frozen=True, gc=False):
    """A name, as its owner first wrote it, and the Ed25519 public key (base64url) that owns it."""

    name: str
    key: str


class Accounts:
    """Every name this server knows."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_name = {fold_name(account.name): account for account in accounts}

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, name: str) -> Account | None:
        """Return the account of a name, however it is written."""
        return self._by_name.get(fold_name(name))

    def check(self, name: str, key: str) -> None:
        """Raise Refused `name_taken` where the name belongs to another key."""
        owner = self.find(name)
        if owner is not None and owner.key != key:
            raise Refused("name_taken")

    def claim(self, name: str, key: str) -> tuple[Account, bool]:
        """Return the account of this name and key, and whether it was claimed just now.

        Raises:
            Refused: `name_taken`, the name belongs to another key.
        """
        self.check(name, key)
        account = self.find(name)
        if account is not None:
            return account, False
        account = self._by_name[fold_name(name)] = Account(name, key)
        return account, True

    def release(self, name: str) -> None:
        """Forget who owns a name: the claim could not be stored, or the host took it back."""
        self._by_name.pop(fold_name(name), None)
