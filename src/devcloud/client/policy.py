"""What a person has decided beforehand about their calls. Values only; the desk asks them."""

from dataclasses import dataclass
from enum import StrEnum

from devcloud.model.errors import BadSettings, Untrusted
from devcloud.model.records import CallKind


class WarmUp(StrEnum):
    """When a call connects, muted, while it still rings. It then begins at once when it is
    accepted, and whoever rings has seen one's network addresses before."""

    ALWAYS = "always"
    KNOWN = "known"
    """For people whose key is known; for strangers after accepting."""
    NEVER = "never"


def parse_warm_up(text: str) -> WarmUp:
    """Return the setting that `text` names. Raises BadSettings `warm_up_invalid`."""
    try:
        return WarmUp(text)
    except ValueError:
        raise BadSettings("warm_up_invalid", what=text[:40]) from None


@dataclass(frozen=True)
class Policy:
    """`warm_up`: when addresses are shown; `only_encrypted`: take and make no other calls."""

    warm_up: WarmUp = WarmUp.KNOWN
    only_encrypted: bool = False

    def warms(self, *, known: bool) -> bool:
        """Whether to connect while it rings, with somebody whose key is `known` or is not."""
        return self.warm_up is WarmUp.ALWAYS or (self.warm_up is WarmUp.KNOWN and known)

    def require(self, kind: CallKind, name: str, *, known: bool) -> None:
        """Let a call of this kind be, in or out, with somebody whose key is `known` or is not.

        Raises:
            Untrusted: `call_not_encrypted`, where only encrypted calls are wanted;
                `encryption_lost`, where calls with this person have been encrypted before: a
                server that says they have gone back to 2023 would otherwise have every word.
        """
        if kind is CallKind.DEVCLOUD:
            return
        if self.only_encrypted:
            raise Untrusted("call_not_encrypted", name=name)
        if known:
            raise Untrusted("encryption_lost", name=name)


DEFAULT = Policy()
