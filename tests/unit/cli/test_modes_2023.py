"""What the commands say of 2023 before anything is tried: settings that make no sense."""

from pathlib import Path

import pytest

from devcloud.cli.main import main


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person who runs the tests may have settings of their own."""
    for variable in ("SERVER", "NAME", "DATA", "LANGUAGE", "LEGACY_2023", "ONLY_ENCRYPTED"):
        monkeypatch.delenv(f"DEVCLOUD_{variable}", raising=False)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["call", "John", "--only-2023", "--name", ""], "Vous devez entrer un nom."),
        (["answer", "--only-2023", "--server", "10.0.0"], "L’adresse ip est invalide"),
        (["answer", "--only-2023", "--server", "10.0.0.1:80"], "compris entre 1024 et 65535"),
        (["users", "--only-2023"], "ne peut pas dire qui est là"),
        (["answer", "--only-2023", "--no-2023"], "se contredisent"),
    ],
)
def test_complaints_of_2023(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    name = [] if "--name" in arguments else ["--name", "Marc"]
    assert main([*arguments, *name, "--data", str(tmp_path), "--language", "fr"]) == 2
    assert complaint in capsys.readouterr().err


def test_the_mode_may_come_from_the_settings(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('legacy_2023 = "sometimes"\nname = "Marc"\n')
    assert main(["answer", "--data", str(tmp_path), "--language", "en"]) == 2
    assert "off, out, on or only" in capsys.readouterr().err
