"""A directory of 2023 names for the tests: a dictionary, with outcomes that a test may choose."""

from devcloud.model.names import fold_name
from devcloud.wire.legacy2023.connection import Claim


class FakeDirectory:
    def __init__(
        self, there: dict[str, str] | None = None, claims: dict[str, str] | None = None
    ) -> None:
        self.there = {fold_name(name): address for name, address in (there or {}).items()}
        self.claims = claims or {}
        self.released: list[str] = []

    def claim(self, name: str, address: str) -> Claim:
        outcome = Claim(self.claims.get(name, Claim.GRANTED))
        if fold_name(name) in self.there:
            return Claim.TAKEN
        if outcome is Claim.GRANTED:
            self.there[fold_name(name)] = address
        return outcome

    def lookup(self, name: str) -> str | None:
        return self.there.get(fold_name(name))

    def release(self, name: str) -> None:
        del self.there[fold_name(name)]
        self.released.append(name)
