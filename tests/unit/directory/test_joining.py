"""Who may join, and what an invitation is good for."""

import hashlib

import pytest

from devcloud.directory.joining import (
    Invitation,
    Join,
    Reservation,
    check_invitation,
    check_may_join,
    hash_token,
)
from devcloud.model.errors import Refused

GOOD = Invitation(id="1", for_name="", uses=2, used=1, made_at=0.0, expires_at=100.0)


def given(**more: object) -> Invitation:
    fields = {name: getattr(GOOD, name) for name in GOOD.__struct_fields__}
    return Invitation(**{**fields, **more})


@pytest.mark.parametrize(
    ("join", "invite", "code"),
    [
        (Join.OPEN, "", ""),
        (Join.INVITE, "token", ""),
        (Join.INVITE, "", "invite_needed"),
        (Join.CLOSED, "token", "joining_closed"),
        (Join.CLOSED, "", "joining_closed"),
    ],
)
def test_the_three_rules(join: Join, invite: str, code: str) -> None:
    if not code:
        check_may_join(join, invite)
        return
    with pytest.raises(Refused) as refused:
        check_may_join(join, invite)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "invitation",
    [GOOD, given(expires_at=None), given(expires_at=50.1), given(for_name="MARC")],
    ids=["good", "for ever", "until soon", "for Marc, however written"],
)
def test_a_good_one(invitation: Invitation) -> None:
    check_invitation(invitation, "Marc", 50.0)


@pytest.mark.parametrize(
    ("invitation", "code"),
    [
        (None, "invite_unknown"),
        (given(revoked_at=1.0, used=2, expires_at=1.0), "invite_revoked"),
        (given(used=2, expires_at=1.0), "invite_used"),
        (given(expires_at=50.0), "invite_expired"),
        (given(for_name="John"), "invite_other_name"),
    ],
)
def test_others_say_why(invitation: Invitation | None, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_invitation(invitation, "Marc", 50.0)
    assert refused.value.code == code


def test_a_token_is_kept_as_its_hash() -> None:
    assert hash_token("token") == hashlib.sha256(b"token").hexdigest()


def test_a_reserved_name_is_for_whoever_has_the_token() -> None:
    reserved = Reservation("echo", "a token")
    assert reserved.is_for("echo") and reserved.is_for("ECHO") and not reserved.is_for("echo2")
    reserved.check("a token")
    for other in ("", "a toke", "a token ", "A token", "\ud800", "é"):
        with pytest.raises(Refused) as refused:
            reserved.check(other)
        assert refused.value.code == "name_taken"
