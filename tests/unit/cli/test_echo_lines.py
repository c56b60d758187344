"""The echo person has one more line when all are taken, also where the server is slow."""

from typing import Any

import pytest

from devcloud.cli import echo
from devcloud.model.errors import LocalError


class Slow(echo.Echo):
    """Its server does not answer the first `refusals` times."""

    refusals = 0

    async def _open_line(self, number: int) -> None:
        assert number == self._lines == 2
        if self.refusals:
            self.refusals -= 1
            raise LocalError("server_silent", server="127.0.0.1:1")


@pytest.mark.parametrize(("refusals", "lines"), [(0, 2), (3, 2), (99, 1)])
async def test_a_line_is_tried_again_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, refusals: int, lines: int
) -> None:
    monkeypatch.setattr(echo, "PAUSES_S", (0.0,) * 5)
    slow = Slow(echo.Order(name="echo", server="", data=""))
    slow.refusals = refusals
    slow._lines = 2
    await slow._one_more(2)
    assert slow._lines == lines
    assert capsys.readouterr().err.count("\n") == min(refusals, 5)
