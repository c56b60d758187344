"""The commands of the repository: pins that pin everything, scripts that a plain shell reads."""

import ast
import subprocess
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SCRIPTS = ["find-python", "system-packages", "install", "pin"]


@pytest.fixture(scope="module")
def pins(root: Path) -> dict[str, str]:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pinned}


def test_every_dependency_is_pinned_within_its_range(root: Path, pins: dict[str, str]) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = chain(project["dependencies"], *project["optional-dependencies"].values())
    for requirement in map(Requirement, wanted):
        name = canonicalize_name(requirement.name)
        assert name in pins, f"{name} is not in constraints.txt: run scripts/pin"
        assert requirement.specifier.contains(pins[name]), f"{name}=={pins[name]}"


def test_every_dependency_is_used_and_explained(
    root: Path, sources: dict[Path, ast.Module]
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    decision = (root / "docs" / "decisions" / "001-dependencies.md").read_text("utf-8")
    imported = {top_name for tree in sources.values() for top_name in imports_of(tree)}
    for requirement in map(Requirement, project["dependencies"]):
        module = requirement.name.replace("-", "_").lower()
        assert module in imported, f"{requirement.name} is installed and never imported"
        assert f"`{requirement.name}`" in decision, f"why {requirement.name}? See decision 001"


def imports_of(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.partition(".")[0])
    return names


def test_pins_hold_versions_and_nothing_else(root: Path) -> None:
    text = (root / "constraints.txt").read_text("utf-8")
    assert "://" not in text
    assert "--hash" not in text
    assert " @ " not in text


@pytest.mark.parametrize("name", [f"scripts/{name}" for name in SCRIPTS] + [".ci/run"])
def test_scripts_run_and_parse(root: Path, name: str) -> None:
    script = root / name
    assert script.stat().st_mode & 0o111, f"{name} is not executable"
    assert script.read_text("utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", script], check=True)


def test_a_python_too_old_is_one_sentence(root: Path) -> None:
    found = subprocess.run(
        [root / "scripts" / "find-python"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.startswith("DevCloud needs Python 3.11 or newer")
    assert found.stderr.count("\n") == 1


def test_unknown_packages_are_refused(root: Path) -> None:
    asked = subprocess.run(
        [root / "scripts" / "system-packages", "everything"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 2
    assert "usage:" in asked.stderr
