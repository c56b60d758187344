"""The shape of the source: documented, in small files, and nothing of the machine it grew on."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

Sources = dict[Path, ast.Module]

LONGEST_FILE = 400
# In pieces, so that this file does not hold what it looks for.
PLACES = ["/" + "work/", "/" + "root/", "/" + "home/", "/tmp" + "/w/", "/opt" + "/pypi"]
HOSTS = ["pypi" + r"\.org", "python" + "hosted", "npm" + r"js\.", "deb" + r"\.debian\.org"]
FORBIDDEN = re.compile("|".join([re.escape(place) for place in PLACES] + HOSTS))


def undocumented(tree: ast.Module | ast.ClassDef, inside: str = "") -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield f"{inside}{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node, f"{inside}{node.name}.")


def test_every_module_says_what_it_is_for(sources: Sources) -> None:
    assert [
        str(path) for path, tree in sources.items() if tree.body and not ast.get_docstring(tree)
    ] == []


def test_everything_public_is_documented(sources: Sources) -> None:
    assert {
        str(path): names for path, tree in sources.items() if (names := list(undocumented(tree)))
    } == {}


def test_files_stay_small(root: Path, sources: Sources) -> None:
    lengths = {str(path): len((root / path).read_text("utf-8").splitlines()) for path in sources}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_file_names_a_place_of_a_machine_or_a_registry(root: Path, tracked: list[Path]) -> None:
    assert [
        (str(path.relative_to(root)), found.group())
        for path in tracked
        if (found := FORBIDDEN.search(path.read_bytes().decode("utf-8", "ignore")))
    ] == []


def test_examples_and_benchmarks_compile(root: Path) -> None:
    files = [*root.glob("examples/**/*.py"), *root.glob("benchmarks/**/*.py")]
    assert files
    for path in files:
        compile(path.read_text("utf-8"), str(path), "exec")
