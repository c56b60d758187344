"""A name belongs to the first key that claims it."""

import pytest

from devcloud.directory.accounts import Account, Accounts
from devcloud.model.errors import Refused


def test_the_first_key_owns_the_name_however_it_is_written() -> None:
    accounts = Accounts()
    assert accounts.claim("Zoé", "key-1") == (Account("Zoé", "key-1"), True)
    assert accounts.claim("ZOÉ", "key-1") == (Account("Zoé", "key-1"), False)
    assert accounts.find("zoé") == Account("Zoé", "key-1")
    with pytest.raises(Refused) as raised:
        accounts.claim("zoé", "key-2")
    assert raised.value.code == "name_taken"
    assert len(accounts) == 1


def test_checking_claims_nothing() -> None:
    accounts = Accounts([Account("Marc", "key-1")])
    accounts.check("marc", "key-1")
    accounts.check("John", "key-2")
    assert accounts.find("John") is None


def test_a_released_name_is_anybodys() -> None:
    accounts = Accounts([Account("Marc", "key-1")])
    accounts.release("MARC")
    accounts.release("nobody")
    assert accounts.claim("Marc", "key-2")[1]
