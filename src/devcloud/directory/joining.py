"""Who may join: whose name is taken for the first time. Knows no database and no clock.

A name that is known is no question here: whoever has its key passes.
"""

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from devcloud.model.errors import Refused
from devcloud.model.names import fold_name


class Join(StrEnum):
    """What it takes to claim a new name."""

    OPEN = "open"
    INVITE = "invite"
    """An invitation."""
    CLOSED = "closed"
    """Nothing helps: only names already known."""


class Invitation(msgspec.Struct, frozen=True):
    """What is known of an invitation; its token is not.

    `for_name` is the one name it is good for, or empty; times are in seconds since 1970;
    `expires_at` and `revoked_at` are None where it never does, and was not.
    """

    id: str
    for_name: str
    uses: int
    used: int
    made_at: float
    expires_at: float | None = None
    revoked_at: float | None = None

    def problem(self, now: float) -> str:
        """Return why nobody can join with it at `now`: a code, or nothing when they can."""
        if self.revoked_at is not None:
            return "invite_revoked"
        if self.used >= self.uses:
            return "invite_used"
        if self.expires_at is not None and now >= self.expires_at:
            return "invite_expired"
        return ""


@dataclass(frozen=True)
class Reservation:
    """A name that only whoever has the token may claim, whatever the rule for others."""

    name: str
    token: str

    def is_for(self, name: str) -> bool:
        """Return whether `name` is this one, however it is written."""
        return fold_name(name) == fold_name(self.name)

    def check(self, token: str) -> None:
        """Raise Refused `name_taken` for anybody else."""
        # In a time that says nothing of how much of it was right.
        if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), self.token.encode()):
            raise Refused("name_taken")


def check_may_join(join: Join, invite: str) -> None:
    """Look at a new name before anything is asked of a database.

    Raises:
        Refused: `joining_closed`, `invite_needed`.
    """
    if join is Join.CLOSED:
        raise Refused("joining_closed")
    if join is Join.INVITE and not invite:
        raise Refused("invite_needed")


def check_invitation(invitation: Invitation | None, name: str, now: float) -> None:
    """Raise Refused unless `name` may join with this invitation at `now`.

    Raises:
        Refused: `invite_unknown`, `invite_revoked`, `invite_used`, `invite_expired`,
            `invite_other_name`.
    """
    if invitation is None:
        raise Refused("invite_unknown")
    if problem := invitation.problem(now):
        raise Refused(problem)
    if invitation.for_name and fold_name(invitation.for_name) != fold_name(name):
        raise Refused("invite_other_name")


def hash_token(token: str) -> str:
    """Return what is stored of a token, so that a stolen database opens no door.

    SHA-256 without salt or stretching: those slow down whoever guesses at passwords, and a token
    of 128 random bits is not guessed, whatever a guess costs. A salt would also make looking one
    up a walk through the table.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
