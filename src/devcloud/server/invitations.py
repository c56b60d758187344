"""Invitations in the database: made and listed by the host's commands, spent by the server.

Every function takes a connection inside a transaction: the host's commands and a running server
share the database, and `spend` holds it from its first statement on, so that no use is counted
twice whoever comes at once. Knows nothing of links.
"""

import secrets
from dataclasses import dataclass

from msgspec.structs import replace
from sqlalchemy import Connection, insert, select, update

from devcloud.directory.joining import Invitation, check_invitation, hash_token
from devcloud.model.errors import BadSettings
from devcloud.server.schema import invitations

TOKEN_BYTES = 16
_ID_BYTES = 4
_columns = tuple(column for column in invitations.c if column.name != "hash")


@dataclass(frozen=True)
class Made:
    """A new invitation, and its token, which is not kept anywhere."""

    invitation: Invitation
    token: str


def make(
    connection: Connection, *, now: float, for_name: str, uses: int, expires_at: float | None
) -> Made:
    """Write an invitation down and return it with its token, 128 random bits."""
    invitation = Invitation(
        id=secrets.token_hex(_ID_BYTES),
        for_name=for_name,
        uses=uses,
        used=0,
        made_at=now,
        expires_at=expires_at,
    )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {name: getattr(invitation, name) for name in invitation.__struct_fields__}
    connection.execute(insert(invitations).values(hash=hash_token(token), **values))
    return Made(invitation, token)


def all_of(connection: Connection) -> list[Invitation]:
    """Return every invitation, the newest first."""
    newest = invitations.c.made_at.desc()
    rows = connection.execute(select(*_columns).order_by(newest, invitations.c.id))
    return [Invitation(**row._mapping) for row in rows]


def revoke(connection: Connection, id: str, now: float) -> None:
    """Let nobody else in with this one. Raises BadSettings `invite_id_unknown`."""
    row = invitations.c.id == id
    if connection.execute(select(invitations.c.id).where(row)).first() is None:
        raise BadSettings("invite_id_unknown", id=id[:16])
    once = invitations.c.revoked_at.is_(None)
    connection.execute(update(invitations).where(row, once).values(revoked_at=now))


def look_at(connection: Connection, token: str, name: str, now: float) -> None:
    """Raise Refused `invite_*` where `name` may not join with this token."""
    check_invitation(_of(connection, token), name, now)


def spend(connection: Connection, token: str, name: str, now: float) -> None:
    """Count one use. Raises Refused `invite_*`; undo the transaction then, and nothing counted."""
    table = invitations.c
    this = table.hash == hash_token(token)
    # The count first, then the look: the statement that writes takes the database for itself, so
    # that nobody else can change what is looked at.
    connection.execute(update(invitations).where(this).values(used=table.used + 1))
    found = _of(connection, token)
    before = None if found is None else replace(found, used=found.used - 1)
    check_invitation(before, name, now)


def _of(connection: Connection, token: str) -> Invitation | None:
    this = select(*_columns).where(invitations.c.hash == hash_token(token))
    row = connection.execute(this).first()
    return None if row is None else Invitation(**row._mapping)
