"""Invitations in a real database: counted once, whoever comes at the same time."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from devcloud.model.errors import BadSettings, Refused
from devcloud.server import invitations
from devcloud.server.invitations import Made
from devcloud.server.store import open_database


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(tmp_path / "db")


def make(engine: Engine, *, uses: int = 1, for_name: str = "", expires_at: float = 100.0) -> Made:
    with engine.begin() as connection:
        return invitations.make(
            connection, now=0.0, for_name=for_name, uses=uses, expires_at=expires_at
        )


def spend(engine: Engine, token: str, name: str = "Marc", now: float = 50.0) -> str:
    """Return the code of a refusal, or nothing."""
    try:
        with engine.begin() as connection:
            invitations.spend(connection, token, name, now)
    except Refused as refused:
        return refused.code
    return ""


def used(engine: Engine) -> list[int]:
    with engine.begin() as connection:
        return [each.used for each in invitations.all_of(connection)]


def test_a_token_has_128_bits_and_is_kept_nowhere(engine: Engine) -> None:
    made = make(engine)
    assert len(made.token) == 22
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT * FROM invitations")).all()
    assert made.token not in repr(rows)


def test_so_many_uses_and_no_more(engine: Engine) -> None:
    made = make(engine, uses=2)
    assert [spend(engine, made.token) for _ in range(3)] == ["", "", "invite_used"]
    assert used(engine) == [2]


def test_a_refusal_counts_nothing(engine: Engine) -> None:
    made = make(engine, for_name="John")
    assert spend(engine, made.token, "Marc") == "invite_other_name"
    assert spend(engine, made.token, "John", now=100.0) == "invite_expired"
    assert spend(engine, made.token + "x", "John") == "invite_unknown"
    assert used(engine) == [0]
    assert spend(engine, made.token, "JOHN") == ""


def test_revoked(engine: Engine) -> None:
    made = make(engine)
    for now in (1.0, 2.0):
        with engine.begin() as connection:
            invitations.revoke(connection, made.invitation.id, now)
    assert spend(engine, made.token) == "invite_revoked"
    with engine.begin() as connection:
        (kept,) = invitations.all_of(connection)
        assert kept.revoked_at == 1.0
        with pytest.raises(BadSettings, match="no invitation nine"):
            invitations.revoke(connection, "nine", 3.0)


def test_only_looked_at(engine: Engine) -> None:
    made = make(engine)
    with engine.begin() as connection:
        invitations.look_at(connection, made.token, "Marc", 50.0)
    assert used(engine) == [0]


def test_two_programs_at_once_use_it_once(tmp_path: Path, engine: Engine) -> None:
    made = make(engine, uses=3)
    barrier = threading.Barrier(6)
    told: list[str] = []

    def come(own: Engine) -> None:
        barrier.wait()
        told.append(spend(own, made.token))

    engines = [open_database(tmp_path / "db") for _ in range(6)]
    threads = [threading.Thread(target=come, args=(own,)) for own in engines]
    for thread in threads:
        thread.start()
    for thread, own in zip(threads, engines, strict=True):
        thread.join()
        own.dispose()
    assert sorted(told) == [""] * 3 + ["invite_used"] * 3
    assert used(engine) == [3]
