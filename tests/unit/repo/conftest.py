"""What the tests of the repository itself read: its files, and its source as syntax trees."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NOT_OURS = {".git", ".venv", "__pycache__", "node_modules", "build", "dist", "out"}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file of the repository that git keeps; without git, every file that is ours."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [
            path
            for path in ROOT.rglob("*")
            if not NOT_OURS & set(path.relative_to(ROOT).parts)
            and not any(part.startswith(".") and part != ".ci" for part in path.parts)
        ]
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def sources() -> dict[Path, ast.Module]:
    """Every Python file of the package, by its path from the root."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "src").rglob("*.py"))
    }
